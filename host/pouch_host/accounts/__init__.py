"""Who may sign in, how, and what each may do. Knows the store, and nothing of HTTP."""
