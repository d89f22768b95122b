"""Whether members act that are said to: experiments with and without them, in copies of one account."""
