package org.resnet4j.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What pruning came to; also the document {@code results.json}.
 *
 * <p>Accuracies are fractions of the test images, all computed in fp32; latencies are milliseconds
 * for one image.
 *
 * @param model the folder of the shorter network
 * @param from the name of the network before
 * @param to the name of the network after
 * @param removed its blocks that are gone, by their names in the network before, in the order in
 *     which they went
 * @param stoppedBy {@code budget}, or {@code blocks} if none was left that can go
 * @param top1After of what is in the folder: after fine-tuning, if that is kept
 * @param dropLow lower end of the 95 % interval of the true drop, in points
 * @param dropHigh upper end
 * @param latencyThreads that worked on an image when latencies were measured
 * @param statistics {@code stored} if batch norms keep theirs, else {@code renewed}
 * @param fineTuned absent without fine-tuning
 * @param frontier the network before, then one for each block removed; the last ones may be beyond
 *     the budget
 * @param report the page to look at
 * @param seconds of all that was measured, in all processes that worked on it
 */
public record Pruned(
    String model,
    String from,
    String to,
    List<String> removed,
    String data,
    double maxDrop,
    String stoppedBy,
    int depthBefore,
    int depth,
    long parametersBefore,
    long parameters,
    long multiplyAddsBefore,
    long multiplyAdds,
    int testImages,
    int mistakesBefore,
    int mistakesAfter,
    double top1Before,
    double top1After,
    double dropLow,
    double dropHigh,
    @Nullable Double latencyBefore,
    @Nullable Double latencyAfter,
    int latencyThreads,
    String statistics,
    int selectionImages,
    @Nullable FineTuned fineTuned,
    List<Step> frontier,
    String report,
    double seconds) {

  /**
   * A network of the frontier.
   *
   * @param removed how many blocks are gone
   * @param block the one that went last, by its name in the network before; empty for that network
   * @param selectionLoss mean cross-entropy on the images that chose the block
   * @param statistics {@code stored} or {@code renewed}
   * @param lost test images that were right in the network before and are wrong here
   * @param gained the other way round
   * @param latency absent where it was not measured
   * @param within whether it is within the budget
   */
  public record Step(
      int removed,
      String block,
      int depth,
      long parameters,
      long multiplyAdds,
      double selectionLoss,
      String statistics,
      int mistakes,
      double top1,
      int lost,
      int gained,
      @Nullable Double latency,
      boolean within) {}

  /**
   * What fine-tuning did.
   *
   * @param mistakesBefore of the shorter network, before it
   * @param top1Before likewise
   * @param mistakesAfter of the fine-tuned network; absent if there is none
   * @param top1After likewise
   * @param kept whether the fine-tuned network is the result; it is not if it makes more mistakes
   *     than before
   * @param diverged why there is no fine-tuned network; absent if there is one
   */
  public record FineTuned(
      int epochs,
      int mistakesBefore,
      double top1Before,
      double rate,
      @Nullable Integer mistakesAfter,
      @Nullable Double top1After,
      boolean kept,
      @Nullable String diverged) {}

  public Pruned {
    removed = List.copyOf(removed);
    frontier = List.copyOf(frontier);
  }
}
