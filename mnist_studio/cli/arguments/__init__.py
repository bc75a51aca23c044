"""What every command takes: small files by theme. Imports nothing heavy, as the parser itself."""
