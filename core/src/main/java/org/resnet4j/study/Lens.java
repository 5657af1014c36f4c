package org.resnet4j.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.arch.DepthSurgery;

/**
 * The health report of a trained network, block by block: what each adds, what the gradient does in
 * it, and what the network is without it. arXiv 1512.03385, section 4.2 (responses), and arXiv
 * 1605.06431, section 4 (lesions and paths).
 */
public final class Lens {
  private static final String KIND = "lens";

  /** The most and the least useful blocks that are named. */
  private static final int NAMED = 3;

  private Lens() {}

  /**
   * What a lens would do.
   *
   * @param cells pieces of work
   * @param seconds they will take, an estimate from one batch
   */
  public record Forecast(
      String model,
      String network,
      String data,
      int images,
      int testImages,
      int batch,
      int blocks,
      int removable,
      int lesionImages,
      int cells,
      double seconds) {}

  /**
   * Looks at a network.
   *
   * @param folder where to leave the report, a new folder; {@code runs/<time>-lens} if absent
   * @param command what the user typed, for the record
   * @param events told of everything that happens
   * @param stop asked after each batch; once true, what was done is kept
   * @throws org.resnet4j.weights.WeightsException if the model cannot be used
   * @throws org.resnet4j.data.DataException if the data cannot be used or have other classes
   * @throws org.resnet4j.train.RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop before the end
   */
  public static LensResult run(
      LensPlan plan,
      Optional<Path> folder,
      String command,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    LensPlan anchored = anchored(plan);
    try (LensSubject subject = LensSubject.open(plan)) {
      Path path = folder.orElseGet(() -> StudyFolder.fresh(KIND));
      StudyFolder made = StudyFolder.create(path, KIND, command, anchored);
      return made.alone(() -> look(made, plan, subject, events, stop));
    }
  }

  /**
   * Goes on where {@link #run} was stopped; of one that ended, makes the report again.
   *
   * @param folder that it made
   */
  public static LensResult resume(Path folder, Consumer<StudyEvent> events, BooleanSupplier stop) {
    StudyFolder made = StudyFolder.open(folder, KIND);
    LensPlan plan = made.plan(LensPlan.class);
    try (LensSubject subject = LensSubject.open(plan)) {
      return made.alone(() -> look(made, plan, subject, events, stop));
    }
  }

  /** What {@link #run} would do; takes one batch to find out. */
  public static Forecast forecast(LensPlan plan) {
    try (LensSubject subject = LensSubject.open(plan)) {
      LensSurvey survey = new LensSurvey(subject, plan);
      return new Forecast(
          plan.model(),
          subject.network().name(),
          plan.data(),
          subject.images().size(),
          subject.testImages(),
          subject.batch(),
          subject.network().units().size(),
          survey.removable().size(),
          survey.lesionImages(),
          survey.cells().size(),
          survey.cost() * secondsPerImage(subject));
    }
  }

  /** Of a pass forward; the second of two, as the first prepares. */
  private static double secondsPerImage(LensSubject subject) {
    double[] seconds = new double[1];
    subject.visit(
        0,
        1,
        (batch, images) -> {
          try (NoGradGuard constant = new NoGradGuard()) {
            subject.live().forward(images);
            long began = System.nanoTime();
            subject.live().forward(images);
            seconds[0] = (System.nanoTime() - began) / 1e9 / batch.size();
          }
        });
    return seconds[0];
  }

  /** Paths that still lead there when the study is resumed from another folder. */
  private static LensPlan anchored(LensPlan plan) {
    return new LensPlan(
        anchored(plan.model()),
        anchored(plan.data()),
        plan.images(),
        plan.batch(),
        plan.paths(),
        plan.seed(),
        plan.precision());
  }

  private static String anchored(String text) {
    Path path = Path.of(text);
    return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : text;
  }

  private static LensResult look(
      StudyFolder folder,
      LensPlan plan,
      LensSubject subject,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    Fingerprint.require(folder, subject.saved().folder(), List.of(subject.images()));
    LensSurvey survey = new LensSurvey(subject, plan);
    String title =
        "lens on %s, %d images of %s"
            .formatted(subject.network().name(), subject.images().size(), plan.data());
    Cells cells = Cells.of(folder, title, survey.cells(), List.of(), events, stop);
    LensSums sums = survey.signals.stream().map(cells::run).reduce(LensSums::plus).orElseThrow();
    LensSurvey.Judged judged =
        survey.lesions.stream().map(cells::run).reduce(LensSurvey.Judged::plus).orElseThrow();
    List<LensLesion> removed = survey.removed.stream().map(cells::run).toList();
    List<LensLesion> permuted = survey.permuted.stream().map(cells::run).toList();
    List<LensPaths.Measured> paths = survey.paths.stream().map(cells::run).toList();
    LensBlocks blocks = new LensBlocks(subject.live(), sums, judged, survey.removable());
    LensJudgement whole = judged.judgements().get(0);
    List<LensBlock> all = blocks.all();
    LensResult bare =
        new LensResult(
            folder.path().toString(),
            plan.model(),
            subject.network().name(),
            plan.data(),
            subject.images().size(),
            subject.testImages(),
            whole.mistakes(),
            whole.top1(),
            whole.meanLoss(),
            all,
            blocks.stemDrift(),
            paths.isEmpty() ? null : LensPaths.of(survey.twoWays().size(), paths),
            survey.lesionImages(),
            removed,
            permuted,
            named(all, Comparator.comparing(Lens::lossChange).reversed()),
            named(all, Comparator.comparing(Lens::lossChange)),
            List.of(),
            seconds(folder, survey));
    LensResult result =
        bare.withFindings(
            LensFindings.of(
                bare, subject.network().classes(), DepthSurgery.removable(subject.network())));
    LensReport report = new LensReport(result, subject, plan, folder.command());
    folder.finish(report.page(), result, LensTables.of(result));
    return result;
  }

  private static double lossChange(LensBlock block) {
    return block.lossChange() == null ? 0 : block.lossChange();
  }

  private static List<String> named(List<LensBlock> blocks, Comparator<LensBlock> order) {
    return blocks.stream()
        .filter(LensBlock::removed)
        .sorted(order)
        .limit(NAMED)
        .map(LensBlock::name)
        .toList();
  }

  private static double seconds(StudyFolder folder, LensSurvey survey) {
    return survey.cells().stream()
        .flatMap(cell -> folder.result(cell.key(), cell.type()).stream())
        .mapToDouble(StudyFolder.Result::seconds)
        .sum();
  }
}
