"""``python -m accord.cli``, for where the script is not on the path."""

from accord.cli.main import main

if __name__ == "__main__":
    main()
