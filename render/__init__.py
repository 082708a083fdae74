"""Step 5's parts: how one speaks to an SGLang server, and to which."""
