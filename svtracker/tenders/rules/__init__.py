"""Pure rules about tenders: values, checks, valuing, scoring, firmness, warnings, sentences."""
