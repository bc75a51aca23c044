"""The Train page: settings of a run, live plots, table and log."""
