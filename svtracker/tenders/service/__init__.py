"""What a person does with tenders: score a file; set up, publish, open, evaluate and decide a stored one."""
