package org.resnet4j.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.arch.Network;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.Setup;

/**
 * A network that is studied, with data that fit it.
 *
 * @param title what tables call it: its name, or that of its folder
 * @param setup network and data
 * @param model where its weights are, if it is a trained one
 */
record SignalsSubject(String title, Setup setup, Optional<SavedModel> model) {
  /** The share of the steps in which the rate rises. */
  private static final double WARM_UP = 0.1;

  /** Opens every network of a plan. */
  static List<SignalsSubject> open(SignalsPlan plan) {
    List<SignalsSubject> subjects = new ArrayList<>();
    Map<String, Integer> titles = new HashMap<>();
    for (String network : plan.networks()) {
      SignalsSubject subject =
          SignalsPlan.model(network) ? saved(plan, network) : named(plan, network);
      int count = titles.merge(subject.title, 1, Integer::sum);
      subjects.add(
          count == 1
              ? subject
              : new SignalsSubject(subject.title + "-" + count, subject.setup, subject.model));
    }
    return subjects;
  }

  private static SignalsSubject named(SignalsPlan plan, String name) {
    Setup setup = Setup.of(recipe(plan, name, 1, 0), plan.data());
    return new SignalsSubject(name, setup, Optional.empty());
  }

  private static SignalsSubject saved(SignalsPlan plan, String folder) {
    SavedModel model = SavedModel.open(Path.of(folder));
    Recipe recipe = recipe(plan, model.network().name(), 1, 0);
    Setup setup = Setup.of(recipe, plan.data(), Optional.of(model));
    return new SignalsSubject(title(Path.of(folder)), setup, Optional.of(model));
  }

  /** A run's model is in a folder that is called model, as all are. */
  private static String title(Path folder) {
    Path last = folder.getFileName();
    Path parent = folder.getParent();
    boolean common = last == null || last.toString().equals("model");
    Path telling = common && parent != null ? parent.getFileName() : last;
    return telling == null ? "model" : telling.toString();
  }

  /** The paper's, with a constant rate: what is looked at is the beginning of a training. */
  private static Recipe recipe(SignalsPlan plan, String model, int stepsPerEpoch, int seed) {
    double warmUp = WARM_UP * plan.steps() / stepsPerEpoch;
    return RecipeFile.load(
        "cifar-paper",
        Map.of(
            "model",
            model,
            "epochs",
            "0",
            "iterations",
            Integer.toString(plan.steps()),
            "batch",
            Integer.toString(plan.batch()),
            "schedule",
            "constant",
            "warmup",
            String.format(Locale.ROOT, "%.6f", warmUp),
            "normalisation",
            "channel",
            "seed",
            Integer.toString(seed)));
  }

  Network network() {
    return setup.network();
  }

  /** For the training of a variant. */
  Setup training(SignalsPlan plan, Network variant, int seed) {
    int size = setup.data().train().size();
    int perEpoch = Math.max(1, size / plan.batch());
    return setup.with(recipe(plan, variant.name(), perEpoch, seed), variant);
  }

  /**
   * Batches of training images to look at, drawn by a seed and not varied.
   *
   * @param count fewer if there are not so many images
   */
  List<Batch> batches(SignalsPlan plan, int seed, int count) {
    boolean enough = setup.data().train().size() >= plan.batch();
    Loader.Options options = new Loader.Options(plan.batch(), seed, true, enough, 1);
    List<Batch> kept = new ArrayList<>();
    try (Loader loader =
            new Loader(
                setup.data().train(), setup.preprocessing(), new Augmentation.None(), options);
        Batches batches = loader.epoch(0, 0)) {
      for (Batch batch : batches) {
        if (kept.size() == count) {
          break;
        }
        // The loader uses the array again.
        kept.add(new Batch(batch.size(), batch.pixels().clone(), batch.labels(), batch.indices()));
      }
    }
    return kept;
  }
}
