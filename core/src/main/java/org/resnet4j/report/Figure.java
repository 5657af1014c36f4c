package org.resnet4j.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Unit;

/** Something that a report shows; as data, which the page draws. */
public sealed interface Figure {

  /**
   * Curves over one plane.
   *
   * @param caption one sentence: what to see and which claim it bears on
   */
  record Plot(String caption, Axes axes, List<Curve> curves) implements Figure {
    public Plot {
      curves = List.copyOf(curves);
    }
  }

  /**
   * What the axes of a plot count.
   *
   * @param title what a reader who cannot see the plot is told
   * @param x with its unit, e.g. {@code step}
   * @param y with its unit, e.g. {@code training error (%)}
   * @param digits after the point, in the numbers shown on hover
   */
  record Axes(String title, String x, String y, Scale xScale, Scale yScale, int digits) {}

  /** How an axis runs. */
  enum Scale {
    /** From zero to a round number; along x to the last value. */
    FROM_ZERO,
    /** Between round numbers around the values. */
    AROUND_VALUES,
    /** By powers of ten; values that are not positive are left out. */
    LOGARITHMIC
  }

  /**
   * One curve; points need not share their x with those of others.
   *
   * @param colour an index: curves of one colour belong together, e.g. training and test of one
   *     network
   * @param style how it is drawn
   */
  record Curve(String name, int colour, Style style, List<Point> points) {
    public Curve {
      points = List.copyOf(points);
    }
  }

  /** How a curve is drawn. */
  enum Style {
    /** As the paper draws training error. */
    THIN,
    /** As the paper draws test error. */
    THICK,
    /** A thin line of dashes. */
    DASHED,
    /** Dots alone. */
    DOTS,
    /** A line with a dot at each point. */
    LINE_AND_DOTS
  }

  /**
   * A place on a curve; NaN where there is no value.
   *
   * @param label what it is, where x does not say it, e.g. the name of a block; else empty
   */
  record Point(double x, double y, String label) {
    public Point(double x, double y) {
      this(x, y, "");
    }
  }

  /**
   * A bar for each name, for one or more series beside each other.
   *
   * <p>Throws {@link IllegalArgumentException} if a series has more or fewer values than names.
   *
   * @param caption one sentence: what to see and which claim it bears on
   * @param title what a reader who cannot see the bars is told
   * @param y with its unit; bars stand on zero and may be negative
   */
  record Bars(
      String caption, String title, String y, int digits, List<String> names, List<Series> series)
      implements Figure {
    public Bars {
      names = List.copyOf(names);
      series = List.copyOf(series);
      for (Series one : series) {
        if (one.values().size() != names.size()) {
          throw new IllegalArgumentException(
              "series %s has %d values for %d names; give one value, or NaN, for each name"
                  .formatted(one.name(), one.values().size(), names.size()));
        }
      }
    }
  }

  /** A value for each name of the bars; NaN for none. */
  record Series(String name, List<Double> values) {
    public Series {
      values = List.copyOf(values);
    }
  }

  /** Claims with what the data say about each. */
  record Verdicts(String caption, List<Verdict> verdicts) implements Figure {
    public Verdicts {
      verdicts = List.copyOf(verdicts);
    }
  }

  /**
   * A network drawn block by block, coloured by a value for each.
   *
   * <p>Throws {@link IllegalArgumentException} if the network has no unit of a tint's name.
   *
   * @param caption one sentence: what to see and which claim it bears on
   * @param low what the palest colour means; pale is near the page, which may be dark
   * @param high what the strongest colour means
   * @param tints by the name of a unit
   */
  record Blocks(String caption, Network network, String low, String high, Map<String, Tint> tints)
      implements Figure {
    public Blocks {
      tints = Collections.unmodifiableMap(new LinkedHashMap<>(tints));
      List<String> units = network.units().stream().map(Unit::name).toList();
      for (String name : tints.keySet()) {
        if (!units.contains(name)) {
          throw new IllegalArgumentException(
              "tint of %s: %s has no such unit; its units are %s to %s"
                  .formatted(name, network.name(), units.get(0), units.get(units.size() - 1)));
        }
      }
    }
  }

  /**
   * The colour of a block.
   *
   * @param strength from 0, pale, to 1, strong; beyond that as the nearer end, and of NaN none
   * @param label a few characters under the block
   * @param text what is told on hover
   */
  record Tint(double strength, String label, String text) {}

  /**
   * A table whose first column names its rows.
   *
   * <p>Throws {@link IllegalArgumentException} if a row has more or fewer cells than columns.
   *
   * @param caption one sentence, or the line that opens a folded table
   * @param folded whether the reader opens it first
   */
  record Numbers(String caption, List<String> columns, List<List<String>> rows, boolean folded)
      implements Figure {
    public Numbers {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
      if (columns.isEmpty()) {
        throw new IllegalArgumentException(
            "table %s has no columns; the first names the rows".formatted(caption));
      }
      for (List<String> row : rows) {
        if (row.size() != columns.size()) {
          throw new IllegalArgumentException(
              "table %s: row %s has %d cells for %d columns; give one for each"
                  .formatted(caption, row.isEmpty() ? "" : row.get(0), row.size(), columns.size()));
        }
      }
    }
  }

  /** What was found, each with what to do about it. */
  record Findings(List<Finding> findings) implements Figure {
    public Findings {
      findings = List.copyOf(findings);
    }
  }

  /**
   * One thing found.
   *
   * @param what a sentence with the numbers
   * @param advice what to do about it
   */
  record Finding(Weight weight, String what, String advice) {}

  /** How much a finding matters. */
  enum Weight {
    GOOD,
    NOTE,
    PROBLEM
  }

  /** A paragraph. */
  record Text(String text) implements Figure {}
}
