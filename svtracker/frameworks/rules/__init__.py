"""Pure rules about measure sets: values, checks, differences, uprating."""
