package org.resnet4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.resnet4j.data.shapes.Shapes;

class StratifiedFoldsTest {
  private static final Dataset TRAIN = Shapes.train(3, 47);
  private static final Splits DATA = new Splits("d", TRAIN, Shapes.test(3, 10), List.of());

  private static List<Integer> held(int fold) {
    Subset held = (Subset) StratifiedFolds.hold(DATA, 5, fold, 0).test();
    return IntStream.of(held.indices()).boxed().toList();
  }

  @Test
  void hold_out_every_training_image_once() {
    List<Integer> all = new ArrayList<>();
    for (int fold = 1; fold <= 5; fold++) {
      assertThat(held(fold)).hasSizeBetween(9, 10);
      all.addAll(held(fold));
    }
    assertThat(all).hasSize(47).doesNotHaveDuplicates();
  }

  @Test
  void learn_nothing_that_they_hold_out() {
    Splits splits = StratifiedFolds.hold(DATA, 5, 2, 0);
    int[] learned = ((Subset) splits.train()).indices();
    assertThat(IntStream.of(learned).boxed())
        .hasSize(47 - held(2).size())
        .doesNotContainAnyElementsOf(held(2));
    assertThat(splits.notes())
        .containsExactly(
            "fold 2 of 5: judged on "
                + held(2).size()
                + " of the training images, which it does not learn; no test image is read");
  }

  @Test
  void have_each_class_in_equal_shares() {
    for (int label = 0; label < TRAIN.classes().size(); label++) {
      int wanted = label;
      List<Long> counts = new ArrayList<>();
      for (int fold = 1; fold <= 5; fold++) {
        counts.add(held(fold).stream().filter(i -> TRAIN.label(i) == wanted).count());
      }
      long most = counts.stream().max(Long::compare).orElseThrow();
      long least = counts.stream().min(Long::compare).orElseThrow();
      assertThat(most - least).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void need_an_image_each() {
    assertThatThrownBy(() -> StratifiedFolds.hold(DATA, 48, 1, 0))
        .isInstanceOf(DataException.class)
        .hasMessage("d: 47 training images are too few for 48 folds");
  }
}
