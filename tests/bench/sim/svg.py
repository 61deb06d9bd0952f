"""Small drawings as SVG text: line plots with linear or logarithmic axes, and heat maps."""

import math
from html import escape

COLOURS = ["#1b6ca8", "#c8553d", "#3d8c40", "#7d4e9e", "#b8860b", "#444444", "#0a9396", "#ae2012",
           "#606c38", "#bc6c25"]
STYLE = ('font-family="sans-serif" font-size="11" fill="#222"')


def text(x, y, words, anchor="middle", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{escape(words)}</text>'


def number(value):
    """1500000 as 1.5 M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:g} {unit}"
    return f"{value:g} "


def document(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" {STYLE}>'
            f'<rect width="{width}" height="{height}" fill="white"/>{"".join(parts)}</svg>')


class Axis:
    """Maps values to a range of pixels."""

    def __init__(self, low, high, first, last, is_log):
        self.low, self.high, self.first, self.last, self.is_log = low, high, first, last, is_log

    def at(self, value):
        value = min(max(value, self.low), self.high)
        if self.is_log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def ticks(self):
        if self.is_log:
            powers = range(math.ceil(math.log10(self.low) - 1e-9),
                           math.floor(math.log10(self.high) + 1e-9) + 1)
            return [10.0 ** power for power in powers]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        while (self.high - self.low) / step > 6:
            step *= 2
        first = math.ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


def frame(title, x, y, x_label, y_label):
    parts = [text((x.first + x.last) / 2, 16, title, extra='font-weight="bold"'),
             text((x.first + x.last) / 2, y.first + 32, x_label),
             text(12, (y.first + y.last) / 2, y_label,
                  extra=f'transform="rotate(-90 12 {(y.first + y.last) / 2:.1f})"')]
    for tick in x.ticks():
        parts.append(f'<path d="M{x.at(tick):.1f} {y.first}V{y.last}" stroke="#ddd"/>')
        parts.append(text(x.at(tick), y.first + 15, number(tick).strip()))
    for tick in y.ticks():
        parts.append(f'<path d="M{x.first} {y.at(tick):.1f}H{x.last}" stroke="#ddd"/>')
        parts.append(text(x.first - 5, y.at(tick) + 4, number(tick).strip(), "end"))
    parts.append(f'<rect x="{x.first}" y="{y.last}" width="{x.last - x.first}" '
                 f'height="{y.first - y.last}" fill="none" stroke="#888"/>')
    return parts


def lines(title, series, x_label, y_label, log_x=False, log_y=False, y_range=None,
          size=(460, 300)):
    """series: (name, [(x, y)], colour, is_dashed); dashed ones have no marks."""
    width, height = size
    xs = [x for _, points, _, _ in series for x, _ in points]
    ys = [y for _, points, _, _ in series for _, y in points if y > 0 or not log_y]
    low, high = y_range or (min(ys), max(ys))
    if log_y:
        low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
    x = Axis(min(xs), max(xs) if max(xs) > min(xs) else min(xs) + 1, 62, width - 110, log_x)
    y = Axis(low, high if high > low else low + 1, height - 42, 26, log_y)
    parts = frame(title, x, y, x_label, y_label)
    for n, (name, points, colour, is_dashed) in enumerate(series):
        path = " ".join(f"{x.at(px):.1f},{y.at(py):.1f}" for px, py in points)
        dash = ' stroke-dasharray="5 3"' if is_dashed else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                     f'stroke-width="1.5"{dash}/>')
        if not is_dashed and len(points) <= 20:
            parts += [f'<circle cx="{x.at(px):.1f}" cy="{y.at(py):.1f}" r="3" fill="{colour}"/>'
                      for px, py in points]
        ly = 34 + 15 * n
        parts.append(f'<path d="M{width - 104} {ly}h18" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(text(width - 82, ly + 4, name, "start"))
    return document(width, height, parts)


def shade(share):
    """Red for 0 over yellow to green for 1."""
    share = min(max(share, 0), 1)
    return f"hsl({120 * share:.0f} 60% 72%)"


def heat(title, columns, rows, values, x_label, y_label):
    """values[(column, row)] in [0, 1]; columns and rows are labels. Cells without a value are grey."""
    cell_w, cell_h, left, top = 64, 26, 78, 28
    width, height = left + cell_w * len(columns) + 12, top + cell_h * len(rows) + 44
    parts = [text((left + width) / 2, 16, title, extra='font-weight="bold"'),
             text((left + width) / 2, height - 8, x_label),
             text(12, top + cell_h * len(rows) / 2, y_label,
                  extra=f'transform="rotate(-90 12 {top + cell_h * len(rows) / 2:.1f})"')]
    for r, row in enumerate(rows):
        y = top + cell_h * r
        parts.append(text(left - 6, y + 17, row, "end"))
        for c, column in enumerate(columns):
            x, value = left + cell_w * c, values.get((column, row))
            colour = "#eee" if value is None else shade(value)
            parts.append(f'<rect x="{x}" y="{y}" width="{cell_w - 1}" height="{cell_h - 1}" '
                         f'fill="{colour}"/>')
            if value is not None:
                parts.append(text(x + cell_w / 2, y + 17, f"{100 * value:.0f} %"))
    for c, column in enumerate(columns):
        parts.append(text(left + cell_w * (c + 0.5), top + cell_h * len(rows) + 14, column))
    return document(width, height, parts)
