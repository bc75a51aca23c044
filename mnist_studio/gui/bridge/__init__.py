"""Between the Qt-free jobs and the window: threads on one side, signals on the other."""
