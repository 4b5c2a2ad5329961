"""Steps from one version of the tables to the next. A published step is never changed."""
