package org.resnet4j.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Stratified;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/**
 * Makes a recipe that ends on time: measures this machine on the data, then chooses network,
 * resolution and length once and for all, so that the run is an ordinary one.
 */
public final class Budget {
  private static final List<String> SMALL =
      List.of("resnet8", "resnet14", "resnet20", "resnet32", "resnet44", "resnet56", "resnet110");

  /** One after another they take more work. */
  private static final List<BudgetRule.Rung> PHOTOGRAPHS =
      List.of(
          photograph("resnet18", 96),
          photograph("resnet18", 128),
          photograph("resnet18", 160),
          photograph("resnet18", 224),
          photograph("resnet34", 224),
          photograph("resnet50", 224));

  /** Of the time there is, for each network that is measured. */
  private static final double MEASURING = 0.02;

  private static final int MEASURED = 4;

  /** Model, report and the end of the process. */
  private static final double LEAVING = 1;

  private Budget() {}

  /**
   * What is asked for.
   *
   * @param base the recipe whose network, size and length are replaced; absent for one that fits
   *     the images
   * @param overrides keys that are not to be touched, as in a recipe file; {@code model} and {@code
   *     size} fix the network
   * @param from a model to go on with, which fixes the network
   * @param seconds in all, from the start of the process to its end
   * @param elapsed of them, before now
   */
  public record Plan(
      Optional<String> base,
      Map<String, String> overrides,
      String data,
      Optional<Path> from,
      double seconds,
      double elapsed) {
    /** Throws {@link IllegalArgumentException} for keys that the time decides. */
    public Plan {
      for (String key : List.of("epochs", "iterations")) {
        if (overrides.containsKey(key)) {
          throw new IllegalArgumentException(
              "%s: the budget decides how long to train; leave one of them out".formatted(key));
        }
      }
    }
  }

  /**
   * What was chosen.
   *
   * @param recipe to train with, an ordinary one
   * @param why sentences for people, in order
   */
  public record Choice(Recipe recipe, List<String> why) {
    public Choice {
      why = List.copyOf(why);
    }
  }

  /**
   * Measures and chooses; takes a few per cent of the time.
   *
   * @param events notices of what was measured
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used
   */
  public static Choice choose(Plan plan, Consumer<Event> events) {
    return new Search(plan, events).choice();
  }

  private static BudgetRule.Rung photograph(String model, int size) {
    return rung(model, size, new Shape(3, size, size));
  }

  private static BudgetRule.Rung rung(String model, int size, Shape input) {
    return new BudgetRule.Rung(
        model, size, Catalogue.network(model).withInput(input).multiplyAdds());
  }

  /** One search, with what it found out. */
  private static final class Search {
    private final Plan plan;
    private final Consumer<Event> events;
    private final long began = System.nanoTime();
    private final Recipe base;
    private final Splits data;
    private final Optional<SavedModel> model;
    private final double opening;
    private final BudgetRule rule;
    private final Map<BudgetRule.Rung, Pace> known = new LinkedHashMap<>();

    Search(Plan plan, Consumer<Event> events) {
      this.plan = plan;
      this.events = events;
      this.model = plan.from().map(SavedModel::open);
      Map<String, String> keys = new LinkedHashMap<>(plan.overrides());
      String name = plan.base().orElse(model.isPresent() ? "finetune" : "cifar-fast");
      this.data = Setup.data(RecipeFile.load(name, keys), plan.data());
      Optional<Shape> shape = Setup.commonShape(data.train());
      if (plan.base().isEmpty() && model.isEmpty() && shape.isEmpty()) {
        photographs().forEach(keys::putIfAbsent);
      }
      this.base = RecipeFile.load(name, keys);
      this.opening = since();
      this.rule = new BudgetRule(ladder(shape), perEpoch());
    }

    /**
     * Torchvision's augmentation for photographs, batches that fit a small machine, and SGD: Muon's
     * products of wide kernels take longer than such a batch.
     */
    private static Map<String, String> photographs() {
      return Map.of(
          "augmentation",
          "random-resized-crop",
          "cutout",
          "0",
          "batch",
          "32",
          "optimizer",
          "sgd",
          "rate",
          "0.1",
          "other-rate",
          "1",
          "weight-decay",
          "0.0005");
    }

    /** Steps of an epoch, as the training loop counts them. */
    private long perEpoch() {
      int images =
          base.selection().validates()
              ? Stratified.cut(data.train(), base.selection().validation(), base.seed())
                  .kept()
                  .size()
              : data.train().size();
      int batches = Math.max(1, images / base.batch());
      int together = base.optimization().accumulate();
      return (batches + together - 1L) / together;
    }

    private List<BudgetRule.Rung> ladder(Optional<Shape> shape) {
      if (model.isPresent()) {
        SavedModel start = model.get();
        return List.of(
            new BudgetRule.Rung(
                start.network().name(), base.size(), start.network().multiplyAdds()));
      }
      boolean fixed =
          plan.overrides().containsKey("model")
              || plan.base().filter(name -> !RecipeFile.shipped().contains(name)).isPresent();
      if (fixed) {
        Shape input = Catalogue.network(base.model()).input();
        return List.of(rung(base.model(), base.size(), input));
      }
      if (shape.isEmpty() && base.size() == 0) {
        return PHOTOGRAPHS;
      }
      int side = base.size();
      if (side > 96) {
        return PHOTOGRAPHS.stream().map(rung -> photograph(rung.model(), side)).distinct().toList();
      }
      int channels = data.train().image(0).shape().channels();
      Shape input = side > 0 ? new Shape(channels, side, side) : shape.orElseThrow();
      return SMALL.stream().map(name -> rung(name, side, input)).toList();
    }

    private double since() {
      return (System.nanoTime() - began) / 1e9;
    }

    /** What is left for training when the run begins, which opens the data again. */
    private double left() {
      return plan.seconds() - plan.elapsed() - since() - opening - LEAVING;
    }

    Choice choice() {
      measure(rule.ladder().get(0));
      for (int i = 1; i < MEASURED; i++) {
        BudgetRule.Chosen chosen = rule.choose(known, left());
        if (known.containsKey(chosen.rung())) {
          break;
        }
        measure(chosen.rung());
      }
      double seconds = left();
      if (seconds <= 0) {
        throw new IllegalArgumentException(
            "budget of %.0f s: measuring alone takes %.0f s; give more time"
                .formatted(plan.seconds(), plan.elapsed() + since() + opening + LEAVING));
      }
      BudgetRule.Chosen chosen = rule.chooseKnown(known, seconds);
      return new Choice(recipe(chosen), why(chosen, seconds));
    }

    private void measure(BudgetRule.Rung rung) {
      Setup setup = Setup.of(of(rung, 1), plan.data(), model, Training.Head.FITTED);
      Pace pace = Pace.measure(setup, MEASURING * plan.seconds());
      known.put(rung, pace);
      events.accept(
          new Event.Notice(
              String.format(
                  Locale.ROOT,
                  "measured %s: %.0f ms a step, %.0f ms while images are decoded, %.1f s to judge an epoch",
                  rung.text(),
                  1e3 * pace.step(),
                  1e3 * pace.coldStep(),
                  pace.evaluation())));
    }

    private Recipe of(BudgetRule.Rung rung, long steps) {
      Map<String, String> keys = new LinkedHashMap<>();
      if (model.isEmpty()) {
        keys.put("model", rung.model());
        keys.put("size", String.valueOf(rung.size()));
      }
      keys.put("epochs", "0");
      keys.put("iterations", String.valueOf(steps));
      return RecipeFile.with(base, keys);
    }

    private Recipe recipe(BudgetRule.Chosen chosen) {
      String name = "%s-in-%.0fs".formatted(base.name(), plan.seconds());
      return RecipeFile.with(of(chosen.rung(), chosen.steps()), Map.of("name", name));
    }

    private List<String> why(BudgetRule.Chosen chosen, double seconds) {
      List<String> why = new ArrayList<>();
      why.add(
          String.format(
              Locale.ROOT,
              "chose %s for %d steps, %.1f epochs: %.0f of %.0f s are left for training and judging",
              chosen.rung().text(),
              chosen.steps(),
              chosen.epochs(),
              seconds,
              plan.seconds()));
      if (rule.ladder().size() > 1) {
        why.add(
            chosen.enough()
                ? "it is the largest of %s to %s with %d epochs and %,d steps or more"
                    .formatted(
                        rule.ladder().get(0).text(),
                        rule.ladder().get(rule.ladder().size() - 1).text(),
                        BudgetRule.ENOUGH_EPOCHS,
                        BudgetRule.ENOUGH_STEPS)
                : "it is the smallest: not even with it are there %d epochs and %,d steps"
                    .formatted(BudgetRule.ENOUGH_EPOCHS, BudgetRule.ENOUGH_STEPS));
      }
      BudgetRule.Chosen twice = rule.choose(known, seconds + plan.seconds());
      why.add(
          String.format(
              Locale.ROOT,
              "twice the time would buy %s for %.0f epochs (an estimate by the same rule; what that does to accuracy is not known before it is tried)",
              twice.rung().text(),
              twice.epochs()));
      return why;
    }
  }
}
