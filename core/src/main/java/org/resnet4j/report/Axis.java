package org.resnet4j.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.resnet4j.report.Figure.Scale;

/** How values become places along a line, with ticks at round numbers. */
sealed interface Axis {
  /** Numbers beyond this are a run that diverged: drawn, they would hide all others. */
  double MOST = 1e300;

  /** Where a value lies: 0 at the start, 1 at the end. */
  double share(double value);

  /** Whether a value has a place. */
  boolean shows(double value);

  /** Round numbers from start to end, ascending. */
  List<Double> ticks();

  /** A tick with just the digits that it needs. */
  String label(double tick);

  /** An axis that shows all {@code values} that the scale can show; those not finite aside. */
  static Axis upward(Scale scale, List<Double> values) {
    return switch (scale) {
      case FROM_ZERO -> Linear.fromZero(values);
      case AROUND_VALUES -> Linear.around(values);
      case LOGARITHMIC -> Logarithmic.of(values);
    };
  }

  /** As {@link #upward}, but from zero it ends where the values do: time has no room to spare. */
  static Axis across(Scale scale, List<Double> values) {
    List<Double> shown = shown(values);
    if (scale != Scale.FROM_ZERO || shown.stream().anyMatch(value -> value < 0)) {
      return upward(scale, values);
    }
    double last = shown.stream().mapToDouble(value -> value).max().orElse(0);
    return shown.stream().allMatch(value -> value == Math.rint(value))
        ? Linear.counting(last)
        : new Linear(0, last, Linear.roundStep(last));
  }

  private static List<Double> shown(List<Double> values) {
    return values.stream().filter(value -> Math.abs(value) < MOST).toList();
  }

  /**
   * Equal steps.
   *
   * @param step from tick to tick: 1, 2 or 5 times a power of ten
   */
  record Linear(double start, double end, double step) implements Axis {
    private static final int MOST_TICKS = 6;

    /** Between the round numbers just outside zero and the values; to 1 if there are none. */
    static Linear fromZero(List<Double> values) {
      List<Double> withZero = new ArrayList<>(shown(values));
      withZero.add(0.0);
      return rounded(least(withZero), largest(withZero));
    }

    /** Between the round numbers just outside the values. */
    static Linear around(List<Double> values) {
      List<Double> shown = shown(values);
      if (shown.isEmpty()) {
        return fromZero(shown);
      }
      double least = least(shown);
      double largest = largest(shown);
      double magnitude = Math.max(Math.abs(least), Math.abs(largest));
      if (largest - least <= 1e-9 * magnitude) {
        // One value alone lies in the middle.
        double room = magnitude > 0 ? 0.1 * magnitude : 1;
        return rounded(least - room, largest + room);
      }
      return rounded(least, largest);
    }

    /** Ends exactly at {@code last}, which counts whole things such as epochs. */
    static Linear counting(double last) {
      double end = Math.max(1, last);
      return new Linear(0, end, Math.max(1, roundStep(end)));
    }

    private static Linear rounded(double least, double largest) {
      double step = roundStep(largest - least);
      double start = step * Math.floor(least / step + 1e-9);
      double end = step * Math.ceil(largest / step - 1e-9);
      return new Linear(start, end > start ? end : start + 5 * step, step);
    }

    static double roundStep(double span) {
      double least = (span > 1e-300 ? span : 1) / MOST_TICKS;
      double power = Math.pow(10, Math.floor(Math.log10(least)));
      for (int factor : new int[] {1, 2, 5}) {
        if (factor * power >= least * (1 - 1e-9)) {
          return factor * power;
        }
      }
      return 10 * power;
    }

    @Override
    public double share(double value) {
      return (value - start) / (end - start);
    }

    @Override
    public boolean shows(double value) {
      return Math.abs(value) < MOST;
    }

    @Override
    public List<Double> ticks() {
      long first = (long) Math.ceil(start / step - 1e-9);
      long last = (long) Math.floor(end / step + 1e-9);
      return LongStream.rangeClosed(first, last).mapToObj(i -> i * step).toList();
    }

    @Override
    public String label(double tick) {
      double most = Math.max(Math.abs(start), Math.abs(end));
      if (most >= 1e15 || most < 1e-5) {
        return Numbers.significant(tick);
      }
      if (most >= 1e4 && step >= 1) {
        String written =
            most >= 1e6
                ? Numbers.compact(Math.round(Math.abs(tick)))
                : Numbers.grouped(Math.round(Math.abs(tick)));
        return (tick < 0 ? "\u2212" : "") + written;
      }
      return Numbers.decimal(tick, Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9)));
    }

    private static double least(List<Double> values) {
      return values.stream().mapToDouble(value -> value).min().orElse(0);
    }

    private static double largest(List<Double> values) {
      return values.stream().mapToDouble(value -> value).max().orElse(0);
    }
  }

  /** Equal factors; what is not positive has no place. */
  record Logarithmic(double start, double end, List<Double> ticks) implements Axis {
    private static final int MOST_STEPS = 6;

    /** Values within so many powers of ten have ticks between the powers too. */
    private static final double FEW_POWERS = 1.3;

    /** Between 1, 2 or 5 times the powers of ten just outside the values. */
    static Logarithmic of(List<Double> values) {
      List<Double> shown = shown(values).stream().filter(value -> value > 0).sorted().toList();
      double least = shown.isEmpty() ? 1 : shown.get(0);
      double largest = shown.isEmpty() ? 10 : shown.get(shown.size() - 1);
      int first = (int) Math.floor(Math.log10(least) + 1e-9);
      int last = Math.max(first + 1, (int) Math.ceil(Math.log10(largest) - 1e-9));
      List<Double> round =
          IntStream.rangeClosed(first, last)
              .boxed()
              .flatMap(power -> Stream.of(times(1, power), times(2, power), times(5, power)))
              .toList();
      int from = 0;
      while (from < round.size() - 2 && round.get(from + 1) <= least * (1 + 1e-9)) {
        from++;
      }
      int to = round.size() - 1;
      while (to > from + 1 && round.get(to - 1) >= largest * (1 - 1e-9)) {
        to--;
      }
      return Math.log10(largest / least) < FEW_POWERS
          ? new Logarithmic(round.get(from), round.get(to), round.subList(from, to + 1))
          : powers(first, last, round.get(from), round.get(to));
    }

    private static Logarithmic powers(int first, int last, double start, double end) {
      int stride = (last - first + MOST_STEPS - 1) / MOST_STEPS;
      List<Double> ticks =
          IntStream.iterate(first, power -> power + stride)
              .limit((last - first) / stride + 1L)
              .mapToObj(power -> times(1, power))
              .filter(tick -> tick >= start && tick <= end)
              .toList();
      return new Logarithmic(start, end, ticks);
    }

    /** As the literal is read, so that 1e-3 is just that. */
    private static double times(int factor, int power) {
      return Double.parseDouble(factor + "e" + power);
    }

    @Override
    public double share(double value) {
      return Math.log(value / start) / Math.log(end / start);
    }

    @Override
    public boolean shows(double value) {
      return value > 0 && value < MOST;
    }

    @Override
    public String label(double tick) {
      if (start >= 1e-3 && end < 1e5) {
        return new BigDecimal(Double.toString(tick)).stripTrailingZeros().toPlainString();
      }
      int power = (int) Math.floor(Math.log10(tick) + 1e-9);
      long factor = Math.round(tick / Math.pow(10, power));
      return (factor == 1 ? "" : factor + "\u00b7") + "10" + superscript(power);
    }

    private static String superscript(int power) {
      StringBuilder raised = new StringBuilder();
      for (char c : Integer.toString(power).toCharArray()) {
        raised.append(
            c == '-'
                ? '\u207b'
                : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079".charAt(c - '0'));
      }
      return raised.toString();
    }
  }
}
