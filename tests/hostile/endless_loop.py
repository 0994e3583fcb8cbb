"""Never ends."""


def convolve_grayscale_valid(images, kernel):
    """Never ends."""
    while True:
        pass
