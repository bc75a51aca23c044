"""Programs that train one epoch whenever they are told to, each in a process of its own."""
