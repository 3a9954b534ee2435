"""Imported first, keeps jsonschema from the grammar of IRIs: two seconds of reading for a check of formats that nothing here asks for."""

import sys

sys.modules["rfc3987_syntax"] = None
