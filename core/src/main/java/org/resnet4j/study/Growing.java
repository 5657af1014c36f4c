package org.resnet4j.study;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Subset;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.Event;
import org.resnet4j.train.Growth;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.RunException;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.StoppedException;
import org.resnet4j.train.Training;

/**
 * Makes a trained network deeper by blocks that are identities, and trains on from there.
 *
 * <p>arXiv 1512.03385, section 1: "the added layers are identity mapping, and the other layers are
 * copied from the learned shallower model".
 */
public final class Growing {
  private static final String KIND = "growing";
  private static final String GROWN = "grown";
  private static final String TRAINED = "trained";

  private static final int BATCH = 100;

  /** Images whose logits are compared. */
  private static final int COMPARED = 16;

  /** Enough for the mean of a channel to four digits. */
  private static final int MEASURED = 5_000;

  private Growing() {}

  /**
   * What to grow, how far, and where to put it.
   *
   * @param model a model folder, or a run folder that has one
   * @param to a deeper network of the family, a name of the catalogue
   * @param data what to judge and train on; a plain network cannot grow without
   * @param recipe how to train on; absent for not at all
   * @param folder must not exist; {@code runs/<time>-grow} if absent
   * @param seed of the new kernels
   * @param command what the user typed, for the record
   */
  public record Plan(
      Path model,
      String to,
      Optional<String> data,
      Optional<Recipe> recipe,
      Optional<Path> folder,
      long seed,
      String command) {

    /** With paths that still lead there when it is gone on with from another folder. */
    private Plan anchored() {
      return new Plan(
          model.toAbsolutePath().normalize(),
          to,
          data.map(Plan::absolute),
          recipe,
          Optional.empty(),
          seed,
          command);
    }

    private static String absolute(String pathOrName) {
      Path path = Path.of(pathOrName);
      return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : pathOrName;
    }
  }

  /**
   * A network in figures.
   *
   * @param plain whether it has no shortcuts
   */
  public record Size(String name, boolean plain, long parameters, long multiplyAdds) {
    static Size of(Network network) {
      return new Size(
          network.name(), network.plain(), network.parameters(), network.multiplyAdds());
    }
  }

  /**
   * What the surgery did, before any training.
   *
   * @param added names of the new blocks
   * @param images how many had their logits compared
   * @param identical whether no bit of them changed
   * @param largestDifference between a logit before and after
   * @param before on the test images, if there are data
   * @param after the same, right after the surgery
   */
  public record Grown(
      Size from,
      Size to,
      List<String> added,
      int images,
      boolean identical,
      double largestDifference,
      Optional<Evaluation> before,
      Optional<Evaluation> after) {

    /** Whether the network computes what it did: to the last bit, or, if it is plain, nearly. */
    public boolean same() {
      return identical || (from.plain() && largestDifference < 1e-3);
    }
  }

  /**
   * What came of it.
   *
   * @param folder with {@code model} in it, and {@code run} if it was trained on
   * @param trained what the network gets on the test images after training on
   */
  public record Result(Path folder, Grown grown, Optional<Evaluation> trained) {
    /** The last judgement of the network that is left. */
    public Optional<Evaluation> after() {
      return trained.or(grown::after);
    }
  }

  /** The folder of the run that trains on. */
  public static Path run(Path folder) {
    return folder.resolve("run");
  }

  /** A plan, and what it names opened. */
  private record Subject(Plan plan, SavedModel saved, DepthSurgery surgery, Optional<Splits> data) {
    static Subject of(Plan plan) {
      SavedModel saved = SavedModel.open(plan.model());
      DepthSurgery surgery = DepthSurgery.grown(saved.network(), Catalogue.network(plan.to()));
      requireData(plan, surgery);
      return new Subject(plan, saved, surgery, plan.data().map(source -> open(source, saved)));
    }
  }

  /**
   * Grows the model.
   *
   * @param events of the training, and what is done before it
   * @param stop asked by the training
   * @throws IllegalArgumentException for a target that the model cannot grow to, or a plan that
   *     needs data and has none
   * @throws org.resnet4j.data.DataException for data that cannot be used, or with other classes
   * @throws org.resnet4j.weights.WeightsException if there is no model in its folder
   * @throws RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop before the training's end
   */
  public static Result run(Plan plan, Consumer<Event> events, BooleanSupplier stop) {
    Subject subject = Subject.of(plan);
    Path path = plan.folder().orElseGet(() -> StudyFolder.fresh("grow"));
    StudyFolder folder = StudyFolder.create(path, KIND, plan.command(), plan.anchored());
    return folder.alone(() -> trained(folder, plan, grow(folder, subject, events), events, stop));
  }

  /**
   * Goes on where {@link #run} was stopped or killed; does nothing if it came to its end.
   *
   * @param path the folder that it made
   */
  public static Result resume(Path path, Consumer<Event> events, BooleanSupplier stop) {
    StudyFolder folder = StudyFolder.open(path, KIND);
    Plan plan = folder.plan(Plan.class);
    return folder.alone(
        () -> {
          Grown grown =
              folder
                  .result(GROWN, Grown.class)
                  .map(StudyFolder.Result::value)
                  .orElseGet(() -> grow(folder, Subject.of(plan), events));
          return trained(folder, plan, grown, events, stop);
        });
  }

  /** What is kept last is that it is done: after a kill before that, it is done again. */
  private static Grown grow(StudyFolder folder, Subject subject, Consumer<Event> events) {
    long began = System.nanoTime();
    SavedModel saved = subject.saved();
    DepthSurgery surgery = subject.surgery();
    Optional<Splits> data = subject.data();
    try (LiveNetwork shallow = saved.live(Device.of("auto"), Precision.FP32);
        LiveNetwork deep = shallow.after(surgery, subject.plan().seed())) {
      data.ifPresent(splits -> settle(splits, subject, deep));
      Grown grown = compare(subject, shallow, deep, events);
      SavedModel model = saved.in(model(folder)).as(surgery.to());
      write(model, deep, card(subject, grown));
      folder.keep(GROWN, grown, since(began));
      return grown;
    }
  }

  private static Path model(StudyFolder folder) {
    return folder.path().resolve("model");
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private static void requireData(Plan plan, DepthSurgery surgery) {
    if (plan.data().isPresent()) {
      return;
    }
    if (surgery.added().stream().anyMatch(Unit::plain)) {
      throw new IllegalArgumentException(
          "%s has no shortcuts, so its new layers need the statistics of training images; give --data"
              .formatted(surgery.from().name()));
    }
    if (plan.recipe().isPresent()) {
      throw new IllegalArgumentException("training on needs images; give --data");
    }
  }

  private static Splits open(String source, SavedModel saved) {
    Splits data = DataSources.open(source, Unreadable.FAIL);
    new ClassNames("the model " + saved.folder(), saved.labels())
        .requireSame(source, data.test().classes());
    return data;
  }

  private static void settle(Splits data, Subject subject, LiveNetwork deep) {
    Dataset some = Subset.sample(data.train(), MEASURED, subject.plan().seed());
    try (Loader images = loader(some, subject.saved())) {
      Growth.settle(deep, subject.surgery(), images);
    }
  }

  private static Loader loader(Dataset images, SavedModel saved) {
    return new Loader(
        images, saved.preprocessing(), new Augmentation.None(), Loader.Options.inOrder(BATCH));
  }

  private static Grown compare(
      Subject subject, LiveNetwork shallow, LiveNetwork deep, Consumer<Event> events) {
    DepthSurgery surgery = subject.surgery();
    SavedModel saved = subject.saved();
    Optional<Splits> data = subject.data();
    Batch batch = data.map(splits -> first(splits, saved)).orElseGet(() -> noise(surgery.from()));
    float[] before = logits(shallow, batch);
    float[] after = logits(deep, batch);
    boolean identical = true;
    double largest = 0;
    for (int i = 0; i < before.length; i++) {
      identical &= Float.floatToIntBits(before[i]) == Float.floatToIntBits(after[i]);
      largest = Math.max(largest, Math.abs((double) before[i] - after[i]));
    }
    return new Grown(
        Size.of(surgery.from()),
        Size.of(surgery.to()),
        surgery.added().stream().map(Unit::name).toList(),
        batch.size(),
        identical,
        largest,
        data.map(splits -> judge(shallow, splits, saved, events)),
        data.map(splits -> judge(deep, splits, saved, events)));
  }

  private static Evaluation judge(
      LiveNetwork network, Splits data, SavedModel saved, Consumer<Event> events) {
    events.accept(
        new Event.Notice(
            "judging %s on %d test images"
                .formatted(network.network().name(), data.test().size())));
    try (Loader images = loader(data.test(), saved)) {
      return Evaluator.evaluate(network, images, saved.labels());
    }
  }

  private static Batch first(Splits data, SavedModel saved) {
    int[] indices = new int[Math.min(COMPARED, data.test().size())];
    Arrays.setAll(indices, i -> i);
    try (Loader images = loader(new Subset(data.test(), indices), saved);
        Batches batches = images.epoch(0, 0)) {
      return batches.iterator().next();
    }
  }

  private static Batch noise(Network network) {
    Shape shape = network.input();
    SplittableRandom random = new SplittableRandom(0);
    float[] pixels = new float[Math.toIntExact(COMPARED * shape.size())];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return new Batch(COMPARED, pixels, new int[COMPARED], new int[COMPARED]);
  }

  private static float[] logits(LiveNetwork network, Batch batch) {
    network.train(false);
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor images = Evaluator.images(network, batch);
      return Tensors.floats(network.forward(images));
    }
  }

  private static String card(Subject subject, Grown grown) {
    Plan plan = subject.plan();
    Network to = subject.surgery().to();
    StringBuilder card = new StringBuilder();
    card.append("# %s%n%n".formatted(to.name()));
    card.append(
        "Grown from %s (`%s`) by %d blocks that start as identities: %s.%n%n"
            .formatted(
                grown.from().name(),
                plan.model(),
                grown.added().size(),
                String.join(", ", grown.added())));
    card.append(
        "%,d parameters, %,d multiply-adds for one image of %s.%n%n"
            .formatted(to.parameters(), to.multiplyAdds(), to.input()));
    grown
        .after()
        .ifPresent(
            test ->
                card.append(
                    "%d of %d test images of %s are wrong.%n%n"
                        .formatted(test.mistakes(), test.images(), plan.data().orElse(""))));
    return card.append("- Command: %s%n".formatted(plan.command())).toString();
  }

  private static void write(SavedModel model, LiveNetwork live, String card) {
    try {
      model.write(live, card);
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: the model cannot be written (%s)".formatted(model.folder(), e.getMessage()), e);
    }
  }

  private static Result trained(
      StudyFolder folder, Plan plan, Grown grown, Consumer<Event> events, BooleanSupplier stop) {
    Optional<Evaluation> kept =
        folder.result(TRAINED, Evaluation.class).map(StudyFolder.Result::value);
    Optional<Evaluation> trained =
        kept.or(() -> plan.recipe().map(recipe -> trainOn(folder, plan, recipe, events, stop)));
    return new Result(folder.path(), grown, trained);
  }

  /** An ordinary run; what it ends with takes the place of the model that was grown. */
  private static Evaluation trainOn(
      StudyFolder folder, Plan plan, Recipe recipe, Consumer<Event> events, BooleanSupplier stop) {
    Path run = run(folder.path());
    Outcome outcome;
    try {
      outcome =
          ArmTraining.begun(run)
              ? Training.resume(run, events, stop)
              : Training.run(
                  new Training.Plan(
                      recipe,
                      plan.data().orElseThrow(),
                      Optional.of(run),
                      plan.command(),
                      Optional.of(model(folder))),
                  events,
                  stop);
    } catch (StoppedException e) {
      throw new StudyStoppedException(folder.path(), e);
    }
    SavedModel learned = SavedModel.open(run);
    try (LiveNetwork live = learned.live(Device.CPU, Precision.FP32)) {
      String card = Files.readString(run.resolve("model/README.md"), UTF_8);
      write(learned.in(model(folder)), live, card);
    } catch (IOException e) {
      throw RunException.unwritten(run + ": its model cannot be read again", e);
    }
    folder.keep(TRAINED, outcome.test(), outcome.seconds());
    return outcome.test();
  }
}
