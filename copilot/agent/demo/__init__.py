"""The built-in copilot's rules: small real work on the text it is given, the same every time."""
