package org.resnet4j.live;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.resnet4j.report.Figure;
import org.resnet4j.report.LivePage;
import org.resnet4j.report.LivePage.Part;
import org.resnet4j.report.LivePage.State;
import org.resnet4j.report.WrongImage;
import org.resnet4j.train.Event;
import org.resnet4j.train.RunException;
import org.resnet4j.train.Training;

/**
 * What is known of a run so far, from its events.
 *
 * <p>Taking an event costs a few assignments: whatever takes time (images, drawings) is done by
 * those who ask for the page.
 */
final class LiveRun implements Consumer<Event> {
  private final Means means = new Means();
  private final List<Event.Epoch> epochs = new ArrayList<>();
  private final Mistakes mistakes = new Mistakes();
  private final Map<Part, Long> changed = new EnumMap<>(Part.class);
  private Optional<Event.Started> started = Optional.empty();
  private Optional<Event.Step> last = Optional.empty();
  private Optional<Event.Branches> branches = Optional.empty();
  private Optional<Event.Judged> judged = Optional.empty();
  private State state = State.RUNNING;
  private String word = "training";
  private long version = 1;

  /**
   * The page at one moment.
   *
   * @param version of the newest part
   * @param changed the version of each part
   */
  record Moment(LivePage page, long version, Map<Part, Long> changed) {}

  @Override
  public synchronized void accept(Event event) {
    if (event instanceof Event.Started begun) {
      started = Optional.of(begun);
      if (begun.step() > 0) {
        epochs.addAll(earlier(begun));
      }
      touch(Part.LEARNING);
    } else if (event instanceof Event.Step step) {
      last = Optional.of(step);
      touch(Part.NOW);
      if (means.add(step)) {
        touch(Part.LEARNING);
      }
    } else if (event instanceof Event.Epoch epoch) {
      epochs.add(epoch);
      touch(Part.NOW);
      touch(Part.LEARNING);
    } else if (event instanceof Event.Branches look) {
      branches = Optional.of(look);
      touch(Part.BLOCKS);
    } else if (event instanceof Event.Judged evaluation) {
      judged = Optional.of(evaluation);
      touch(Part.MISTAKES);
    }
  }

  private static List<Event.Epoch> earlier(Event.Started begun) {
    try {
      return Training.history(begun.run());
    } catch (RunException e) {
      return List.of(); // A page that begins later is better than none.
    }
  }

  synchronized void end(State end, String words) {
    state = end;
    word = words;
    touch(Part.NOW);
  }

  private void touch(Part part) {
    version++;
    changed.put(part, version);
  }

  /** The page as it is now; nothing before the run begins. */
  Optional<Moment> now() {
    Optional<Event.Judged> evaluation;
    synchronized (this) {
      evaluation = judged;
    }
    // Not under the lock that the training takes: photographs are decoded here.
    List<WrongImage> images = evaluation.map(mistakes::of).orElse(List.of());
    synchronized (this) {
      return started.map(
          begun -> {
            Map<Part, Long> versions = new EnumMap<>(changed);
            if (!judged.equals(evaluation)) {
              versions.put(Part.MISTAKES, 0L); // There is a newer one; the next page has it.
            }
            return new Moment(page(begun, evaluation, images), version, versions);
          });
    }
  }

  private LivePage page(
      Event.Started begun, Optional<Event.Judged> evaluation, List<WrongImage> images) {
    return new LivePage(
        "%s on %s".formatted(begun.network().name(), begun.data()),
        begun.network(),
        state,
        word,
        headline(),
        plots(),
        branches.map(look -> blocks(begun, look)),
        images,
        evaluation.map(this::sentence).orElse(""),
        conditions(begun));
  }

  private Map<String, String> headline() {
    Map<String, String> headline = new LinkedHashMap<>();
    last.ifPresent(
        step -> {
          headline.put("Epoch", step.epoch() + " of " + step.epochs());
          headline.put("Step", "%d of %d".formatted(step.step(), step.steps()));
          headline.put("Batch loss", decimal("%.3f", step.loss()));
        });
    if (!epochs.isEmpty()) {
      Event.Epoch epoch = epochs.get(epochs.size() - 1);
      headline.put(judged(true) + " accuracy", decimal("%.2f %%", 100 * epoch.testTop1()));
      if (!Double.isNaN(epoch.averageTop1())) {
        headline.put("Averaged weights", decimal("%.2f %%", 100 * epoch.averageTop1()));
      }
    }
    last.ifPresent(
        step -> {
          headline.put("Speed", decimal("%.0f images/s", step.imagesPerSecond()));
          if (state == State.RUNNING) {
            headline.put("Time left", clock(step.secondsLeft()));
          }
        });
    return headline;
  }

  /** What the images are called that judge the epochs: test, or validation. */
  private String judged(boolean begins) {
    String word = started.map(Event.Started::judging).orElse("test");
    return begins ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word;
  }

  private static String decimal(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Minutes and seconds, with hours if there are any. */
  private static String clock(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole < 3600
        ? decimalClock("%d:%02d", whole / 60, whole % 60)
        : decimalClock("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  private static String decimalClock(String format, Object... parts) {
    return String.format(Locale.ROOT, format, parts);
  }

  private List<Figure.Plot> plots() {
    List<Means.Mean> steps = means.points();
    if (steps.isEmpty() && epochs.isEmpty()) {
      return List.of();
    }
    String each =
        means.stride() == 1 ? "each step" : "the mean of " + means.stride() + " steps each";
    return List.of(
        plot(
            "Loss. Training: " + each + "; " + judged(false) + ": after each epoch.",
            axes("Loss of training and %s by step".formatted(judged(false)), "loss (nats)", 3),
            curve("train", Figure.Style.THIN, 0, Event.Epoch::trainLoss, Means.Mean::loss),
            curve(judged(false), Figure.Style.THICK, 1, Event.Epoch::testLoss),
            curve("averaged weights", Figure.Style.THIN, 2, Event.Epoch::averageLoss)),
        plot(
            "Error: the share of images that get another class than their own.",
            axes(
                "Top-1 error of training and %s by step".formatted(judged(false)),
                "top-1 error (%)",
                2),
            curve(
                "train",
                Figure.Style.THIN,
                0,
                epoch -> 100 * (1 - epoch.trainTop1()),
                mean -> 100 * mean.error()),
            curve(judged(false), Figure.Style.THICK, 1, epoch -> 100 * (1 - epoch.testTop1())),
            curve(
                "averaged weights",
                Figure.Style.THIN,
                2,
                epoch -> 100 * (1 - epoch.averageTop1()))),
        plot(
            "Learning rate, of the base: what the schedule gives.",
            axes("Learning rate by step", "rate", 5),
            curve("rate", Figure.Style.THICK, 6, Event.Epoch::rate, Means.Mean::rate)));
  }

  private static Figure.Plot plot(String caption, Figure.Axes axes, Figure.Curve... curves) {
    List<Figure.Curve> drawn = new ArrayList<>();
    for (Figure.Curve curve : curves) {
      if (!curve.points().isEmpty()) {
        drawn.add(curve);
      }
    }
    return new Figure.Plot(caption, axes, drawn);
  }

  private static Figure.Axes axes(String title, String y, int digits) {
    return new Figure.Axes(
        title, "step", y, Figure.Scale.FROM_ZERO, Figure.Scale.FROM_ZERO, digits);
  }

  /** What epochs gave. */
  private Figure.Curve curve(
      String name, Figure.Style style, int colour, ToDoubleFunction<Event.Epoch> value) {
    return new Figure.Curve(name, colour, style, points(Long.MAX_VALUE, value));
  }

  /** What steps gave, and before those that this program took, what epochs gave. */
  private Figure.Curve curve(
      String name,
      Figure.Style style,
      int colour,
      ToDoubleFunction<Event.Epoch> earlier,
      ToDoubleFunction<Means.Mean> value) {
    long begin = started.map(Event.Started::step).orElse(0L);
    List<Figure.Point> points = new ArrayList<>(points(begin, earlier));
    means.points().forEach(mean -> add(points, mean.step(), value.applyAsDouble(mean)));
    return new Figure.Curve(name, colour, style, points);
  }

  private List<Figure.Point> points(long last, ToDoubleFunction<Event.Epoch> value) {
    List<Figure.Point> points = new ArrayList<>();
    for (Event.Epoch epoch : epochs) {
      if (epoch.step() <= last) {
        add(points, epoch.step(), value.applyAsDouble(epoch));
      }
    }
    return points;
  }

  private static void add(List<Figure.Point> points, long step, double value) {
    if (Double.isFinite(value)) {
      points.add(new Figure.Point(step, value));
    }
  }

  private static Figure.Blocks blocks(Event.Started begun, Event.Branches look) {
    double most =
        look.ratios().stream()
            .mapToDouble(Event.Branches.Ratio::ratio)
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    Map<String, Figure.Tint> tints = new LinkedHashMap<>();
    for (Event.Branches.Ratio ratio : look.ratios()) {
      boolean known = Double.isFinite(ratio.ratio());
      String value = known ? decimal("%.2f", ratio.ratio()) : "";
      tints.put(
          ratio.block(),
          new Figure.Tint(
              most > 0 ? ratio.ratio() / most : 0,
              value,
              known ? "‖F(x)‖ / ‖x‖ = " + value : "nothing went through its shortcut"));
    }
    String caption =
        look.ratios().isEmpty()
            ? "No block has a shortcut: there is nothing to hold a branch against."
            : "After step %d, how long what a branch gives is beside what its shortcut gives, mean over some training images."
                .formatted(look.step());
    return new Figure.Blocks(
        caption,
        begun.network(),
        "‖F(x)‖ / ‖x‖: 0, the branch adds nothing",
        decimal("%.2f", most),
        tints);
  }

  private String sentence(Event.Judged event) {
    return "After epoch %d, %d of %d %s images are mistaken%s"
        .formatted(
            event.epoch(),
            event.evaluation().mistakes(),
            event.evaluation().images(),
            judged(false),
            event.evaluation().mistakes() == 0 ? "." : "; these with the most confidence:");
  }

  private static Map<String, String> conditions(Event.Started begun) {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Run folder", begun.run().toString());
    conditions.put(
        "Data",
        "%s, %d training and %d test images"
            .formatted(begun.data(), begun.trainImages(), begun.testImages()));
    conditions.put("Recipe", begun.recipe().name());
    conditions.put("Engine", begun.engine());
    return conditions;
  }
}
