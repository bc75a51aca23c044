"""What happens to images on their way into a training: split, order, augmentation."""
