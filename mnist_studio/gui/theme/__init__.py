"""How everything looks: colours by role, one style sheet made from them, icons in their colours."""
