package org.resnet4j.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/**
 * What a study of degradation trains: for every seed, every arm at every depth.
 *
 * <p>The comparison that decides is fixed here, before anything is trained: the deepest network
 * against the shallowest.
 *
 * @param preset what it started from: {@code smoke}, {@code hour} or {@code paper}
 * @param data a folder or file, or the name of a built-in data set
 * @param depths 6n + 2, ascending, at least two
 * @param width channels of the stem; 16 in the paper
 * @param seeds how many, from 0
 * @param arms what is trained at each depth
 * @param recipe name of the shipped recipe it trains by
 * @param settings what is changed in the recipe
 */
public record DegradationPlan(
    String preset,
    String data,
    List<Integer> depths,
    int width,
    int seeds,
    List<Arm> arms,
    String recipe,
    Map<String, String> settings) {
  /** From this depth on the paper begins with a rate of 0.01; section 4.2. */
  private static final int WARMED_UP = 110;

  /** The names of the presets. */
  public static final List<String> PRESETS = List.of("smoke", "hour", "paper");

  /**
   * Throws {@link IllegalArgumentException} for a depth that the family lacks, fewer than two
   * depths, or a recipe that cannot be.
   */
  public DegradationPlan {
    depths = depths.stream().sorted().distinct().toList();
    arms = List.copyOf(arms);
    settings = Map.copyOf(settings);
    if (depths.size() < 2) {
      throw new IllegalArgumentException(
          "depths = %s: a study compares at least two different ones, e.g. 20,56"
              .formatted(depths));
    }
    for (int depth : depths) {
      if (depth < 8 || (depth - 2) % 6 != 0) {
        throw new IllegalArgumentException(
            "depth %d: the CIFAR networks of the paper have 6n + 2 layers: 8, 14, 20, ... 56, ... 110"
                .formatted(depth));
      }
    }
    if (seeds < 1) {
      throw new IllegalArgumentException(
          "seeds = %d: must be at least 1; a verdict needs 2, better 3".formatted(seeds));
    }
    for (String key : List.of("seed", "model")) {
      if (settings.containsKey(key)) {
        throw new IllegalArgumentException(
            "--set %s: the study chooses it; see --seeds, --depths and --width".formatted(key));
      }
    }
  }

  /**
   * A plan to start from.
   *
   * @param name of {@link #PRESETS}
   * @throws IllegalArgumentException for another name
   */
  public static DegradationPlan preset(String name) {
    List<Arm> arms = List.of(Arm.PLAIN, Arm.RESIDUAL);
    return switch (name) {
      case "smoke" ->
          new DegradationPlan(
              name, "shapes", List.of(8, 20, 56), 6, 3, arms, "shapes", Map.of("epochs", "3"));
      case "hour" ->
          new DegradationPlan(
              name,
              "shapes",
              List.of(14, 20, 32, 44, 56),
              8,
              8,
              arms,
              "shapes",
              Map.of("epochs", "8"));
      case "paper" ->
          new DegradationPlan(
              name, "", List.of(20, 32, 44, 56, 110), 16, 3, arms, "cifar-paper", Map.of());
      default ->
          throw new IllegalArgumentException(
              "preset \"%s\": there is none; there are %s"
                  .formatted(name, String.join(", ", PRESETS)));
    };
  }

  public DegradationPlan withData(String other) {
    Path path = Path.of(other);
    // A path that still leads there when the study is resumed from another folder.
    String anchored = Files.exists(path) ? path.toAbsolutePath().normalize().toString() : other;
    return new DegradationPlan(preset, anchored, depths, width, seeds, arms, recipe, settings);
  }

  public DegradationPlan withDepths(List<Integer> other) {
    return new DegradationPlan(preset, data, other, width, seeds, arms, recipe, settings);
  }

  public DegradationPlan withWidth(int other) {
    return new DegradationPlan(preset, data, depths, other, seeds, arms, recipe, settings);
  }

  public DegradationPlan withSeeds(int other) {
    return new DegradationPlan(preset, data, depths, width, other, arms, recipe, settings);
  }

  public DegradationPlan withArms(List<Arm> other) {
    return new DegradationPlan(preset, data, depths, width, seeds, other, recipe, settings);
  }

  /** With more changes to the recipe; the last word is theirs. */
  public DegradationPlan withSettings(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    // Of the two that say how long, one decides and the other is zero.
    if (more.containsKey("iterations")) {
      all.put("epochs", "0");
    }
    if (more.containsKey("epochs")) {
      all.put("iterations", "0");
    }
    all.putAll(more);
    return new DegradationPlan(preset, data, depths, width, seeds, arms, recipe, all);
  }

  /** Whether it is the paper's own experiment in full, if the data are CIFAR-10. */
  boolean asInThePaper() {
    DegradationPlan paper = preset("paper");
    return recipe.equals(paper.recipe())
        && settings.isEmpty()
        && width == paper.width()
        && depths.equals(paper.depths())
        && arms.containsAll(paper.arms());
  }

  /** Whether plain and residual networks of a depth begin with the same branch weights. */
  boolean twinsBeginAlike() {
    return !"true".equals(settings.get("zero-branch"));
  }

  int shallowest() {
    return depths.get(0);
  }

  int deepest() {
    return depths.get(depths.size() - 1);
  }

  /**
   * One training run.
   *
   * @param key names its files
   */
  record Run(String key, Arm arm, int depth, int seed, Recipe recipe) {}

  /** Every run: seed by seed, so that what is there after a kill is a whole smaller study. */
  List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    for (int seed = 0; seed < seeds; seed++) {
      for (Arm arm : arms) {
        for (int depth : depths) {
          String key = "seed" + seed + "-" + arm.id() + "-" + depth;
          runs.add(new Run(key, arm, depth, seed, recipe(arm, depth, seed)));
        }
      }
    }
    return runs;
  }

  /** Twins have one recipe, and by their seed one stream of weights, order and augmentation. */
  private Recipe recipe(Arm arm, int depth, int seed) {
    Map<String, String> all = new LinkedHashMap<>(arm.settings());
    if (recipe.equals("cifar-paper") && depth >= WARMED_UP) {
      all.put("low-rate", "0.01");
    }
    all.putAll(settings);
    all.put("model", arm.network(depth, width));
    all.put("seed", Integer.toString(seed));
    Recipe made = RecipeFile.load(recipe, all);
    Catalogue.network(made.model());
    if (arm.iterations() == 1) {
      return made;
    }
    String key = made.iterations() > 0 ? "iterations" : "epochs";
    int once = made.iterations() > 0 ? made.iterations() : made.epochs();
    all.put(key, Integer.toString(arm.iterations() * once));
    return RecipeFile.load(recipe, all);
  }
}
