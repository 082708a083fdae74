"""The SGLang servers: which are configured, how healthy they are, which one gets a job."""
