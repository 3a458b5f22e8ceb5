"""What a person does with contracts, one function each: makes one of an award, reads it, follows what is delivered."""
