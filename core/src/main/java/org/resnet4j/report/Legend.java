package org.resnet4j.report;

import java.util.List;
import org.resnet4j.report.Figure.Style;

/** The names of curves or bars in columns, each with a sample and room for a value. */
final class Legend {
  static final double ROW = 17;
  private static final double SAMPLE = 28;
  private static final double GAP = 10;

  private final List<Entry> entries;
  private final double left;
  private final double column;
  private final int columns;
  private final int letters;

  /**
   * What has a name.
   *
   * @param look the classes of its sample; {@code bar} is a box, anything else a line
   */
  record Entry(String name, int colour, String look) {
    static Entry of(Figure.Curve curve) {
      return new Entry(
          curve.name(),
          curve.colour(),
          curve.style() == Style.DOTS ? "" : Legend.look(curve.style()));
    }
  }

  /** The classes of a curve's line. */
  static String look(Style style) {
    return switch (style) {
      case THIN, LINE_AND_DOTS -> "line thin";
      case THICK -> "line thick";
      case DASHED -> "line dashed";
      case DOTS -> "line none";
    };
  }

  /**
   * Names between {@code left} and {@code right}.
   *
   * @param valueLetters the room for a value
   */
  Legend(List<Entry> entries, double left, double right, int valueLetters) {
    this.entries = entries;
    this.left = left;
    double value = 6 + Svg.LETTER * valueLetters;
    letters = Math.max(4, (int) ((right - left - SAMPLE - value) / Svg.LETTER));
    int longest = entries.stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
    double width = SAMPLE + Svg.LETTER * Math.min(letters, longest) + value + GAP;
    int fitting = Math.max(1, (int) ((right - left + GAP) / width));
    boolean pairs = entries.size() > 2 && entries.get(0).colour() == entries.get(1).colour();
    // Pairs of a colour, such as training and test, stay in one row.
    columns = pairs && fitting % 2 == 1 && fitting > 1 ? fitting - 1 : fitting;
    column = width;
  }

  /** Where the lines of text end. */
  double bottom() {
    return ROW * row(entries.size() + columns - 1);
  }

  void draw(Element svg) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      double x = x(i);
      double y = y(i);
      if (entry.look().equals("bar")) {
        svg.add(Svg.rectangle("bar " + Svg.colour(entry.colour()), x + 6, y - 9, 12, 10));
      } else {
        if (!entry.look().isEmpty()) {
          String style = entry.look() + " " + Svg.colour(entry.colour());
          svg.add(Svg.line(style, x, y - 4, x + 24, y - 4));
        }
        svg.add(Svg.marker(entry.colour(), x + 12, y - 4, 3));
      }
      svg.add(Svg.text("start", x + SAMPLE, y, Svg.shortened(entry.name(), letters)));
    }
  }

  /** The value of an entry, behind its name. */
  Element value(int entry, String value) {
    int length = Math.min(letters, entries.get(entry).name().length());
    return Svg.text("start", x(entry) + SAMPLE + Svg.LETTER * length + 6, y(entry), value);
  }

  private double x(int entry) {
    return left + column * (entry % columns);
  }

  private double y(int entry) {
    return ROW * row(entry) + 13;
  }

  private int row(int entry) {
    return entry / columns;
  }
}
