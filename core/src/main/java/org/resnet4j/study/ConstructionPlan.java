package org.resnet4j.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/**
 * What a study of the construction trains, for every seed: a shallow plain network and a deep one.
 *
 * @param data a folder or file, or the name of a built-in data set
 * @param model the shallow network, a plain one of the catalogue
 * @param to the deep network, of the same family
 * @param seeds how many, from 0
 * @param recipe name of the recipe that both are trained by
 * @param settings what is changed in the recipe
 */
public record ConstructionPlan(
    String data, String model, String to, int seeds, String recipe, Map<String, String> settings) {

  /** Throws {@link IllegalArgumentException} for networks that do not fit, or no seed. */
  public ConstructionPlan {
    settings = Map.copyOf(settings);
    if (seeds < 1) {
      throw new IllegalArgumentException(
          "seeds = %d: must be at least 1; a verdict needs 2, better 3".formatted(seeds));
    }
    for (String key : List.of("seed", "model")) {
      if (settings.containsKey(key)) {
        throw new IllegalArgumentException(
            "--set %s: the study chooses it; see --seeds, --model and --to".formatted(key));
      }
    }
    Network shallow = Catalogue.network(model);
    if (!shallow.plain()) {
      throw new IllegalArgumentException(
          "%s has shortcuts, but the construction is about plain networks; take one such as %s"
              .formatted(model, "resnet20-plain"));
    }
    DepthSurgery.grown(shallow, Catalogue.network(to));
  }

  /** What degradation compares at its smallest: minutes on two cores. */
  public static ConstructionPlan smoke() {
    return new ConstructionPlan(
        "shapes",
        "resnet20-width6-plain",
        "resnet56-width6-plain",
        3,
        "shapes",
        Map.of("epochs", "3"));
  }

  public ConstructionPlan withData(String other) {
    Path path = Path.of(other);
    // A path that still leads there when the study is resumed from another folder.
    String anchored = Files.exists(path) ? path.toAbsolutePath().normalize().toString() : other;
    return new ConstructionPlan(anchored, model, to, seeds, recipe, settings);
  }

  public ConstructionPlan withNetworks(String shallow, String deep) {
    return new ConstructionPlan(data, shallow, deep, seeds, recipe, settings);
  }

  public ConstructionPlan withSeeds(int other) {
    return new ConstructionPlan(data, model, to, other, recipe, settings);
  }

  /** Another recipe, and what is changed in it. */
  public ConstructionPlan withRecipe(String other, Map<String, String> changes) {
    return new ConstructionPlan(data, model, to, seeds, other, changes);
  }

  /** The same recipe with more changes; the last word is theirs. */
  public ConstructionPlan with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    // Of the two that say how long, one decides and the other is zero.
    if (more.containsKey("iterations")) {
      all.put("epochs", "0");
    }
    if (more.containsKey("epochs")) {
      all.put("iterations", "0");
    }
    all.putAll(more);
    return new ConstructionPlan(data, model, to, seeds, recipe, all);
  }

  /** The shallow network's training, then the deep one's, seed by seed. */
  List<DegradationPlan.Run> runs() {
    List<DegradationPlan.Run> runs = new ArrayList<>();
    for (int seed = 0; seed < seeds; seed++) {
      runs.add(run("shallow", model, seed));
      runs.add(run("scratch", to, seed));
    }
    return runs;
  }

  private DegradationPlan.Run run(String role, String network, int seed) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("model", network);
    all.put("seed", Integer.toString(seed));
    Recipe made = RecipeFile.load(recipe, all);
    String key = "seed" + seed + "-" + role;
    return new DegradationPlan.Run(key, Arm.PLAIN, Catalogue.network(network).depth(), seed, made);
  }
}
