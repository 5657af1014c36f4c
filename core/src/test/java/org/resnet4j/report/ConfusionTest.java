package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionTest {
  private static final List<String> CLASSES = List.of("cat", "dog");
  private static final Confusion CONFUSION = new Confusion(CLASSES, new long[][] {{8, 2}, {1, 9}});

  @Test
  void knows_recall_and_precision() {
    assertThat(CONFUSION.recall(0)).isEqualTo(8 / 10.0);
    assertThat(CONFUSION.recall(1)).isEqualTo(9 / 10.0);
    assertThat(CONFUSION.precision(0)).isEqualTo(8 / 9.0);
    assertThat(CONFUSION.precision(1)).isEqualTo(9 / 11.0);
  }

  @Test
  void lists_mistakes_the_most_frequent_first() {
    assertThat(CONFUSION.mistakes())
        .containsExactly(new Confusion.Pair(0, 1, 2), new Confusion.Pair(1, 0, 1));
  }

  @Test
  void keeps_its_own_counts() {
    long[][] counts = {{8, 2}, {1, 9}};
    Confusion confusion = new Confusion(CLASSES, counts);
    counts[0][0] = 0;

    assertThat(confusion.count(0, 0)).isEqualTo(8);
  }

  @Test
  void refuses_a_missing_row() {
    assertThatThrownBy(() -> new Confusion(CLASSES, new long[][] {{8, 2}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confusion of 2 classes has 1 rows; give one row for each true class");
  }

  @Test
  void refuses_a_row_of_another_length() {
    assertThatThrownBy(() -> new Confusion(CLASSES, new long[][] {{8, 2}, {1}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row dog has 1 columns");
  }

  @Test
  void refuses_a_negative_count() {
    assertThatThrownBy(() -> new Confusion(CLASSES, new long[][] {{8, 2}, {-1, 9}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confusion: dog taken for cat is -1; a count cannot be negative");
  }

  @Test
  void the_table_shows_counts_recall_and_precision() {
    String table = table(CONFUSION);

    assertThat(table).contains(">8</td>", ">2</td>", ">1</td>", ">9</td>");
    assertThat(table).contains("80.0%", "90.0%", "88.9%", "81.8%");
  }

  @Test
  void the_worst_mistake_is_the_hottest() {
    assertThat(table(CONFUSION))
        .contains("<td class=\"mistaken hot\" style=\"--heat:1\">2</td>")
        .contains("<td class=\"mistaken\" style=\"--heat:0.5\">1</td>");
  }

  @Test
  void a_class_without_images_has_dashes() {
    Confusion confusion = new Confusion(CLASSES, new long[][] {{8, 0}, {0, 0}});

    assertThat(table(confusion)).contains("100.0%", "<td>–</td>").doesNotContain("NaN");
  }

  @Test
  void more_than_40_classes_become_pairs() {
    List<String> classes = IntStream.range(0, 41).mapToObj(i -> "class " + i).toList();
    long[][] counts = new long[41][41];
    IntStream.range(0, 41).forEach(i -> counts[i][i] = 10);
    counts[3][7] = 5;
    String table = table(new Confusion(classes, counts));

    assertThat(table)
        .contains(
            "<th scope=\"row\">class 3</th><td>class 7</td><td>5</td><td>33.3%</td>",
            "All 41 classes",
            "<th scope=\"row\">class 3</th><td>15</td><td>66.7%</td><td>100.0%</td>")
        .doesNotContain("--heat");
  }

  private static String table(Confusion confusion) {
    return new ConfusionTable(confusion).elements().toString();
  }
}
