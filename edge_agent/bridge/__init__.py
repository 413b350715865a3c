"""The second process: the only one with internet access and an API key. It sees no private value."""
