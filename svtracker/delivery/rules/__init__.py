"""Pure rules about delivery: periods, targets, claims, the four figures, forecast, KPIs, the register import."""
