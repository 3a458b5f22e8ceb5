"""The pure rules of the registers: reference figures, and the policy of an organisation."""
