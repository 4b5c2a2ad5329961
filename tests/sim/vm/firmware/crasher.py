raise ValueError("planted")
