"""What every notebook would otherwise paste: samples, error analysis, plots and checks."""
