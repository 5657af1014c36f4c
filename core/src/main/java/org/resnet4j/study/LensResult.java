package org.resnet4j.study;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.resnet4j.report.Figure;

/**
 * What a lens found; as a record, also the document of {@code lens --json} and {@code
 * results.json}.
 *
 * @param folder where everything is
 * @param model as the user named it
 * @param network its name
 * @param images how many test images were looked at
 * @param testImages how many the data have
 * @param loss mean cross-entropy of the unchanged network
 * @param blocks first to last
 * @param stemDrift of the batch norms before the blocks; null if there is none
 * @param paths null if no block has a shortcut
 * @param lesionImages how many images the two curves were measured on
 * @param removed blocks at random, the first time none
 * @param permuted pairs of blocks that change places, the first time none
 * @param mostUseful blocks, by what removing them does to the loss, most first
 * @param leastUseful blocks, by the same, least first
 * @param seconds that the work took
 */
public record LensResult(
    String folder,
    String model,
    String network,
    String data,
    int images,
    int testImages,
    int mistakes,
    double top1,
    double loss,
    List<LensBlock> blocks,
    @Nullable LensDrift stemDrift,
    @Nullable LensPaths paths,
    int lesionImages,
    List<LensLesion> removed,
    List<LensLesion> permuted,
    List<String> mostUseful,
    List<String> leastUseful,
    List<Figure.Finding> findings,
    double seconds) {
  public LensResult {
    blocks = List.copyOf(blocks);
    removed = List.copyOf(removed);
    permuted = List.copyOf(permuted);
    mostUseful = List.copyOf(mostUseful);
    leastUseful = List.copyOf(leastUseful);
    findings = List.copyOf(findings);
  }

  LensResult withFindings(List<Figure.Finding> found) {
    return new LensResult(
        folder,
        model,
        network,
        data,
        images,
        testImages,
        mistakes,
        top1,
        loss,
        blocks,
        stemDrift,
        paths,
        lesionImages,
        removed,
        permuted,
        mostUseful,
        leastUseful,
        found,
        seconds);
  }
}
