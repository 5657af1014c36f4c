package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Stratified;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Mixing;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Mixture;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.recipe.Selection;
import org.resnet4j.recipe.Teaching;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/**
 * Data, network and preprocessing that fit each other, as a recipe and a data set decide.
 *
 * @param recipe names the network
 * @param start the model to begin with; absent for a network that is initialised
 * @param teacher the model whose answers are learned beside the labels, if the recipe names one
 * @param validation what was cut from the training images to judge the epochs, if the recipe wants
 *     that; they are no longer among {@code data}
 */
public record Setup(
    Recipe recipe,
    Splits data,
    Network network,
    Preprocessing preprocessing,
    Optional<SavedModel> start,
    Optional<SavedModel> teacher,
    Optional<Dataset> validation) {
  /** Images of one size up to this side are taken as they are; larger ones are photographs. */
  private static final int LARGEST_NATIVE = 96;

  private static final int PEEKED = 16;
  private static final int MEASURED = 5_000;

  // One keeps up with the network many times over, once images are decoded.
  private static final int THREADS = 1;

  /** Without a teacher and without validation images. */
  public Setup(
      Recipe recipe,
      Splits data,
      Network network,
      Preprocessing preprocessing,
      Optional<SavedModel> start) {
    this(recipe, data, network, preprocessing, start, Optional.empty(), Optional.empty());
  }

  /**
   * Opens the data and fits the recipe's network to them.
   *
   * @param source a folder or file, or the name of a built-in data set
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws DataException for data that cannot be used
   */
  public static Setup of(Recipe recipe, String source) {
    return of(recipe, source, Optional.empty());
  }

  /**
   * As {@link #of(Recipe, String)}, with the network and preprocessing of a model if given.
   *
   * @throws DataException also for data whose classes are not the model's
   */
  public static Setup of(Recipe recipe, String source, Optional<SavedModel> start) {
    Teaching teaching = recipe.targets().teaching();
    return of(
        recipe,
        source,
        start,
        teaching.isPresent()
            ? Optional.of(SavedModel.open(Path.of(teaching.teacher())))
            : Optional.empty());
  }

  /** As {@link #of(Recipe, String, Optional)}, with a copy of the teacher that the recipe names. */
  static Setup of(
      Recipe recipe, String source, Optional<SavedModel> start, Optional<SavedModel> teacher) {
    Splits opened = open(source, recipe);
    Optional<Stratified.Cut> cut =
        recipe.selection().validates()
            ? Optional.of(
                Stratified.cut(opened.train(), recipe.selection().validation(), recipe.seed()))
            : Optional.empty();
    Splits data =
        new Splits(
            opened.name(),
            cut.<Dataset>map(Stratified.Cut::kept).orElse(opened.train()),
            opened.test(),
            notes(recipe, opened, cut, teacher));
    Setup untaught = of(recipe, source, data, start);
    teacher.ifPresent(model -> Teacher.requireFits(model, source, data, untaught.preprocessing));
    return new Setup(
        untaught.recipe,
        data,
        untaught.network,
        untaught.preprocessing,
        start,
        teacher,
        cut.map(Stratified.Cut::held));
  }

  private static List<String> notes(
      Recipe recipe, Splits opened, Optional<Stratified.Cut> cut, Optional<SavedModel> teacher) {
    List<String> notes = new ArrayList<>(opened.notes());
    cut.ifPresent(
        parts ->
            notes.add(
                "validation: %d of %d training images, drawn from each class with seed %d, judge the epochs; the test images are looked at once, at the end"
                    .formatted(parts.held().size(), opened.train().size(), recipe.seed())));
    teacher.ifPresent(
        model ->
            notes.add(
                "teacher: %s from %s"
                    .formatted(model.network().name(), recipe.targets().teaching().teacher())));
    if (recipe.targets().mixture().isPresent()) {
      notes.add(
          "images are mixed: training accuracy is that of the label which has more of each image");
    }
    return notes;
  }

  private static Setup of(Recipe recipe, String source, Splits data, Optional<SavedModel> start) {
    if (data.train().size() < 2) {
      throw new DataException(
          "%s: %d training image is too few; batch norm needs at least 2"
              .formatted(source, data.train().size()));
    }
    if (start.isPresent()) {
      return from(start.get(), recipe, source, data);
    }
    Network network = network(recipe, data.train());
    Preprocessing preprocessing = preprocessing(recipe, network, data.train());
    return new Setup(recipe, data, network, preprocessing, start);
  }

  /** Its preprocessing is the model's too, unless the recipe wants images of another size. */
  private static Setup from(SavedModel start, Recipe recipe, String source, Splits data) {
    new ClassNames("the model " + start.folder(), start.labels())
        .requireSame(source, data.train().classes());
    Network saved = start.network();
    Shape input = saved.input();
    if (recipe.size() > 0) {
      input = new Shape(input.channels(), recipe.size(), recipe.size());
    }
    Network network = restless(recipe, saved.withInput(input));
    Preprocessing preprocessing =
        input.equals(saved.input())
            ? start.preprocessing()
            : preprocessing(recipe, network, data.train());
    Recipe named = RecipeFile.with(recipe, Map.of("model", network.name()));
    return new Setup(named, data, network, preprocessing, Optional.of(start));
  }

  private static Splits open(String source, Recipe recipe) {
    boolean skip = recipe.unreadable().equals("skip");
    return DataSources.open(source, skip ? Unreadable.SKIP : Unreadable.FAIL);
  }

  static Network network(Recipe recipe, Dataset train) {
    Network named = Catalogue.network(recipe.model());
    int channels = train.image(0).shape().channels();
    Shape shape =
        recipe.size() > 0
            ? new Shape(channels, recipe.size(), recipe.size())
            : commonShape(train)
                .orElse(new Shape(channels, named.input().height(), named.input().width()));
    return restless(recipe, named.withInput(shape).withClasses(train.classes().size()));
  }

  private static Network restless(Recipe recipe, Network network) {
    return recipe.stochasticDepth() > 0
        ? network.withStochasticDepth(recipe.stochasticDepth())
        : network;
  }

  private static Optional<Shape> commonShape(Dataset train) {
    Shape first = train.image(0).shape();
    int peeked = Math.min(PEEKED, train.size());
    for (int i = 0; i < peeked; i++) {
      int spread = (int) ((long) i * train.size() / peeked);
      if (!train.image(spread).shape().equals(first)) {
        return Optional.empty();
      }
    }
    boolean small = Math.max(first.height(), first.width()) <= LARGEST_NATIVE;
    return small ? Optional.of(first) : Optional.empty();
  }

  private static Preprocessing preprocessing(Recipe recipe, Network network, Dataset train) {
    Preprocessing measured =
        switch (recipe.variation().normalisation()) {
          case CHANNEL -> Preprocessing.measure(train, network.input(), MEASURED);
          case PIXEL_MEAN -> Preprocessing.measurePerPixel(train, network.input(), MEASURED);
        };
    return Varied.preprocessing(recipe, measured);
  }

  /** The same data, prepared in the same way, for a network that begins anew. */
  public Setup with(Recipe otherRecipe, Network otherNetwork) {
    return new Setup(otherRecipe, data, otherNetwork, preprocessing, Optional.empty());
  }

  /** The network as the run begins; the caller closes it. */
  LiveNetwork live(Device device, Precision precision) {
    return start
        .map(model -> model.as(network).live(device, precision))
        .orElseGet(
            () ->
                LiveNetwork.initialised(
                    network, recipe.seed(), recipe.zeroBranch(), device, precision));
  }

  /** Writes what the run begins with as a model folder, if that is somebody's model. */
  void writeStart(Path folder, LiveNetwork live) throws IOException {
    if (start.isPresent()) {
      String card = "# %s%n%nWhat the run beside it began with: %s%n";
      new SavedModel(folder, network, start.get().labels(), preprocessing)
          .write(live, card.formatted(network.name(), start.get().folder()));
    }
  }

  /** Writes what the run learns from beside the labels, if there is a teacher. */
  void writeTeacher(Path folder) throws IOException {
    if (teacher.isPresent()) {
      SavedModel model = teacher.get();
      String card = "# %s%n%nWhat the run around it learned from: %s%n";
      try (LiveNetwork live = model.live(Device.CPU, Precision.FP32)) {
        model.in(folder).write(live, card.formatted(model.network().name(), model.folder()));
      }
    }
  }

  /** The training images in the order of the seed, varied; batches are all full if one can be. */
  Loader trainImages() {
    boolean enough = data.train().size() >= recipe.batch();
    Loader.Options options =
        new Loader.Options(recipe.batch(), recipe.seed(), true, enough, THREADS);
    return new Loader(
        data.train(),
        preprocessing,
        Varied.augmentation(recipe.variation()),
        Varied.variety(recipe.variation()),
        Varied.sizes(recipe, network.input(), options.batches(data.train().size())),
        sampled(options));
  }

  private Loader.Options sampled(Loader.Options options) {
    Mixture mixture = recipe.targets().mixture();
    Loader.Options mixed =
        options.mixed(
            new Mixing(
                mixture.mixup(),
                mixture.cutmix(),
                mixture.mixProbability(),
                mixture.cutmixShare()));
    return recipe.selection().sampling() == Selection.Sampling.BALANCED ? mixed.inBalance() : mixed;
  }

  /** The training images in random order, as evaluation sees them: for statistics. */
  Loader statisticsImages() {
    boolean enough = data.train().size() >= recipe.batch();
    return new Loader(
        data.train(),
        preprocessing,
        new Augmentation.None(),
        new Loader.Options(recipe.batch(), recipe.seed(), true, enough, THREADS));
  }

  /** Training images as evaluation sees them, in batches of that size; the same ones each time. */
  Loader watchedImages(int size) {
    return new Loader(
        data.train(),
        preprocessing,
        new Augmentation.None(),
        new Loader.Options(size, recipe.seed(), true, false, THREADS));
  }

  /** What judges the epochs: the validation images or, without them, the test images. */
  Dataset judged() {
    return validation.orElse(data.test());
  }

  /** What those images are called. */
  String judging() {
    return validation.isPresent() ? "validation" : "test";
  }

  /** Judges networks on the images that judge the epochs, in the views of the recipe. */
  Judge judge() {
    return judge(judged());
  }

  /** Judges networks on every test image, in the views of the recipe. */
  Judge testJudge() {
    return judge(data.test());
  }

  private Judge judge(Dataset images) {
    return new Judge(images, preprocessing, recipe.judging(), recipe.batch());
  }
}
