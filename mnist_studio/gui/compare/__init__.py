"""The Compare page: views of trained runs."""
