package org.resnet4j.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import org.resnet4j.data.StratifiedFolds;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.recipe.Folds;
import org.resnet4j.recipe.Judging;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.recipe.Teaching;

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

  /** Folds are the same whatever the seed of the run, so that runs compare. */
  private static final long FOLDS_SEED = 0;

  private static final int PEEKED = 16;
  private static final int MEASURED = 5_000;

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
    return of(recipe, source, start, Training.Head.KEPT);
  }

  /**
   * As {@link #of(Recipe, String, Optional)}, also for data of other classes if its head may go.
   */
  static Setup of(Recipe recipe, String source, Optional<SavedModel> start, Training.Head head) {
    Teaching teaching = recipe.targets().teaching();
    return of(
        recipe,
        source,
        start,
        head,
        teaching.isPresent()
            ? Optional.of(SavedModel.open(Path.of(teaching.teacher())))
            : Optional.empty());
  }

  /** The same with a copy of the teacher that the recipe names. */
  static Setup of(
      Recipe recipe,
      String source,
      Optional<SavedModel> start,
      Training.Head head,
      Optional<SavedModel> teacher) {
    Splits opened = data(recipe, source);
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
    Setup untaught = of(recipe, source, data, start, head);
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
    if (recipe.judging().views() != Judging.Views.ONE) {
      String views = recipe.judging().named();
      notes.add(
          "views = %s: the network is judged by the average of several views of each image, as evaluate --views %s does; predict asks for one"
              .formatted(views, views));
      if (!recipe.variation().mirrors()) {
        notes.add(
            "views = %s: some views are mirrored, and the recipe's augmentation mirrors no training image"
                .formatted(views));
      }
    }
    return notes;
  }

  private static Setup of(
      Recipe recipe, String source, Splits data, Optional<SavedModel> start, Training.Head head) {
    if (data.train().size() < 2) {
      throw new DataException(
          "%s: %d training image is too few; batch norm needs at least 2"
              .formatted(source, data.train().size()));
    }
    if (start.isPresent()) {
      return from(start.get(), recipe, source, data, head);
    }
    if (recipe.fineTuning().freezes()) {
      throw new IllegalArgumentException(
          "freeze = %s, norm-statistics = %s: a network that has learned nothing cannot be frozen; begin with a model (train --from)"
              .formatted(
                  recipe.fineTuning().freeze(),
                  recipe.fineTuning().normStatistics().name().toLowerCase(Locale.ROOT)));
    }
    Network network = network(recipe, data.train());
    Preprocessing preprocessing = preprocessing(recipe, network, data.train());
    return new Setup(recipe, data, network, preprocessing, start);
  }

  /** Its preprocessing is the model's too, unless the recipe wants images of another size. */
  private static Setup from(
      SavedModel start, Recipe recipe, String source, Splits data, Training.Head head) {
    List<String> classes = data.train().classes();
    if (head == Training.Head.KEPT) {
      new ClassNames("the model " + start.folder(), start.labels()).requireSame(source, classes);
    }
    Network saved = start.network();
    Shape input = saved.input();
    if (recipe.size() > 0) {
      input = new Shape(input.channels(), recipe.size(), recipe.size());
    }
    Network network = restless(recipe, saved.withInput(input).withClasses(classes.size()));
    Beginning.frozenParts(recipe, network); // Refuses more stages than there are.
    Preprocessing preprocessing =
        input.equals(saved.input())
            ? start.preprocessing()
            : head == Training.Head.FITTED
                ? start.preprocessingFor(input)
                : preprocessing(recipe, network, data.train());
    Recipe named = RecipeFile.with(recipe, Map.of("model", network.name()));
    return new Setup(named, data, network, preprocessing, Optional.of(start));
  }

  /**
   * The images that a run with that recipe learns and is judged on.
   *
   * @throws DataException for data that cannot be used
   */
  public static Splits data(Recipe recipe, String source) {
    return held(open(source, recipe), recipe);
  }

  /** The fold that the recipe holds out in place of the test images. */
  private static Splits held(Splits data, Recipe recipe) {
    Folds folds = recipe.folds();
    return folds.folds() == 0
        ? data
        : StratifiedFolds.hold(data, folds.folds(), folds.fold(), FOLDS_SEED);
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

  /** The shape of all images, if they share one and are small enough to be taken as they are. */
  static Optional<Shape> commonShape(Dataset train) {
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

  /** What the user should know before the run: of the data, and of the choices for it. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(data.notes());
    notes.addAll(new FineTuningAdvice(this).notes());
    return notes;
  }

  /** How the network begins. */
  Beginning beginning() {
    return new Beginning(recipe, network, start, data.train().classes(), preprocessing);
  }

  /** The images in batches. */
  Loaders loaders() {
    return new Loaders(recipe, data, preprocessing);
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
