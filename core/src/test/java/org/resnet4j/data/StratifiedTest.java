package org.resnet4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StratifiedTest {
  /** 40 images of a, 10 of b, 2 of c, 1 of d and none of e, one class after another. */
  private static final Labels FEW = new Labels(40, 10, 2, 1, 0);

  private record Labels(int... counts) implements Dataset {
    @Override
    public int size() {
      return Arrays.stream(counts).sum();
    }

    @Override
    public int label(int index) {
      int label = 0;
      for (int end = counts[0]; index >= end; end += counts[++label]) {}
      return label;
    }

    @Override
    public Image image(int index) {
      throw new UnsupportedOperationException("images are not looked at");
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b", "c", "d", "e").subList(0, counts.length);
    }

    @Override
    public String describe(int index) {
      return "image " + index;
    }
  }

  @Test
  void sets_a_share_of_every_class_aside_but_never_all_of_it() {
    Stratified.Cut cut = Stratified.cut(FEW, 0.1, 3);
    assertThat(Stratified.counts(cut.held())).containsExactly(4, 1, 1, 0, 0);
    assertThat(Stratified.counts(cut.kept())).containsExactly(36, 9, 1, 1, 0);
    assertThat(Stratified.counts(Stratified.cut(FEW, 0.99, 3).kept()))
        .containsExactly(1, 1, 1, 1, 0);
    assertThat(Stratified.counts(Stratified.cut(FEW, 0.16, 3).held()))
        .as("6.4 and 1.6 images")
        .containsExactly(6, 2, 1, 0, 0);
  }

  @Test
  void every_image_is_in_one_part_in_the_order_of_the_data_set() {
    Stratified.Cut cut = Stratified.cut(FEW, 0.3, 3);
    assertThat(cut.kept().indices()).isSorted();
    assertThat(cut.held().indices()).isSorted();
    assertThat(IntStream.concat(stream(cut.kept()), stream(cut.held())).sorted().toArray())
        .containsExactly(IntStream.range(0, 53).toArray());
  }

  private static IntStream stream(Subset part) {
    return IntStream.of(part.indices());
  }

  @Test
  void depends_on_the_seed_alone() {
    int[] first = Stratified.cut(FEW, 0.3, 3).held().indices();
    assertThat(Stratified.cut(FEW, 0.3, 3).held().indices()).containsExactly(first);
    assertThat(Stratified.cut(FEW, 0.3, 4).held().indices()).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void refuses_a_share_that_is_none_or_all(double share) {
    assertThatThrownBy(() -> Stratified.cut(FEW, share, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share = %s: must be above 0 and below 1", share);
  }

  @Test
  void refuses_data_that_cannot_be_cut() {
    assertThatThrownBy(() -> Stratified.cut(new Labels(1, 1), 0.5, 0))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("no class has two images");
  }
}
