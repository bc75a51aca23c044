"""How everything looks: colors by role, one style sheet made from them, icons in their colors."""
