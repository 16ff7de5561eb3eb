"""What judged cycles, histories and outages come to in a period: figures, and the cases behind them. Pure."""
