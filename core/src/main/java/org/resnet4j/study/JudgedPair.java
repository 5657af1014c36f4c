package org.resnet4j.study;

import java.util.List;
import java.util.Optional;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.train.FinishedRun;

/** Whether each of two networks has each image right. */
@SuppressWarnings("ArrayRecordComponent") // Looked at once.
record JudgedPair(boolean[] first, boolean[] second) {
  double firstPoints() {
    return points(first);
  }

  double secondPoints() {
    return points(second);
  }

  private static double points(boolean[] right) {
    int count = 0;
    for (boolean one : right) {
      count += one ? 1 : 0;
    }
    return 100.0 * count / right.length;
  }

  /**
   * Judges both, unless the images are not at hand or it would take too long, of which notes tell.
   *
   * @param most multiply-adds that are not too long
   */
  static Optional<JudgedPair> of(
      FinishedRun first, FinishedRun second, double most, List<String> notes) {
    Dataset test;
    try {
      test = Judging.images(first);
    } catch (DataException e) {
      notes.add("not compared image by image: " + e.getMessage());
      return Optional.empty();
    }
    double work = (Judging.multiplyAdds(first) + Judging.multiplyAdds(second)) * test.size();
    if (work > most) {
      notes.add(
          "not compared image by image: %d images would take too long".formatted(test.size()));
      return Optional.empty();
    }
    return Optional.of(new JudgedPair(Judging.right(first, test), Judging.right(second, test)));
  }
}
