"""The pages: `documents`, `joining` by links, `signing_in`, `account`, `health`."""
