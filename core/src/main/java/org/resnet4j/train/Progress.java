package org.resnet4j.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.resnet4j.recipe.Recipe;

/**
 * Where a run stands, apart from its weights: with them, all that it needs to go on.
 *
 * @param step optimizer steps done
 * @param epoch epochs finished
 * @param batch batches done in the epoch under way
 * @param lossSum of the losses of the images of that epoch
 * @param right images of that epoch that were right
 * @param seen images of that epoch
 * @param error moving average of the training error, over steps, which ends a low first rate
 * @param lowRate whether the low first rate still holds
 * @param images learned from so far
 * @param seconds spent so far
 * @param trainSeconds of those, spent learning
 * @param skipped steps that met NaN or infinity and changed nothing
 * @param skippedInRow of those, the last ones without a good step after them
 * @param history the epochs so far
 */
record Progress(
    long step,
    int epoch,
    int batch,
    double lossSum,
    long right,
    long seen,
    double error,
    boolean lowRate,
    long images,
    double seconds,
    double trainSeconds,
    int skipped,
    int skippedInRow,
    List<Event.Epoch> history) {
  // About fifty batches: long enough to be no accident, short beside the paper's 400 iterations.
  private static final double MEMORY = 0.98;

  Progress {
    history = List.copyOf(history);
  }

  static Progress beginning(Recipe recipe) {
    return new Progress(
        0, 0, 0, 0, 0, 0, 1, recipe.rates().lowRate() > 0, 0, 0, 0, 0, 0, List.of());
  }

  /**
   * After one more step.
   *
   * @param loss mean over its images
   * @param stepRight images that were right
   * @param size images
   * @param batches how many batches they came in
   */
  Progress learned(
      double loss, int stepRight, int size, int batches, double lowRateUntil, double duration) {
    double now = MEMORY * error + (1 - MEMORY) * (1 - (double) stepRight / size);
    return new Progress(
        step + 1,
        epoch,
        batch + batches,
        lossSum + size * loss,
        right + stepRight,
        seen + size,
        now,
        lowRate && now >= lowRateUntil,
        images + size,
        seconds + duration,
        trainSeconds + duration,
        skipped,
        0,
        history);
  }

  /** After a step that changed nothing, so that the next one meets other images. */
  Progress passedOver(int batches, double duration) {
    return new Progress(
        step + 1,
        epoch,
        batch + batches,
        lossSum,
        right,
        seen,
        error,
        lowRate,
        images,
        seconds + duration,
        trainSeconds + duration,
        skipped + 1,
        skippedInRow + 1,
        history);
  }

  /** After the evaluation that ends an epoch. */
  Progress finished(Event.Epoch row, double duration) {
    List<Event.Epoch> rows = new ArrayList<>(history);
    rows.add(row);
    return new Progress(
        step,
        epoch + 1,
        0,
        0,
        0,
        0,
        error,
        lowRate,
        images,
        seconds + duration,
        trainSeconds,
        skipped,
        skippedInRow,
        rows);
  }

  /**
   * The epoch that was judged best: fewest mistakes, then lowest loss, then first.
   *
   * <p>A function of the history, so that a run that goes on knows it.
   */
  Optional<Event.Epoch> best() {
    return history.stream()
        .min(
            Comparator.comparingDouble((Event.Epoch row) -> -row.testTop1())
                .thenComparingDouble(Event.Epoch::testLoss));
  }

  /** How many epochs have passed since the best. */
  int sinceBest() {
    return epoch - best().map(Event.Epoch::epoch).orElse(epoch);
  }

  /** Steps that changed the weights. */
  long updates() {
    return step - skipped;
  }

  double loss() {
    return seen == 0 ? Double.NaN : lossSum / seen;
  }

  double top1() {
    return seen == 0 ? Double.NaN : (double) right / seen;
  }
}
