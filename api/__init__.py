"""What programs reach over HTTP: videos as OpenAI and SGLang offer them, jobs and films as they are."""
