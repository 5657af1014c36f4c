package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.train.Evaluation;

/** How well a model does; as a record, also the document of {@code evaluate --json}. */
record EvaluateResult(
    String model,
    String data,
    String precision,
    String views,
    int images,
    int mistakes,
    @Nullable Double top1,
    @Nullable Double top5,
    @Nullable Double loss,
    List<Row> classes,
    List<List<Long>> confusion) {
  /** More columns than this are no longer a picture. */
  private static final int MOST_COLUMNS = 20;

  /**
   * One class.
   *
   * @param images of this class
   * @param precision of what was predicted to be of this class, the share that is
   * @param recall of this class, the share that was found
   */
  record Row(String label, long images, @Nullable Double precision, @Nullable Double recall) {}

  static EvaluateResult of(
      String model, String data, String precision, String views, Evaluation evaluation) {
    List<List<Long>> confusion =
        Arrays.stream(evaluation.confusion())
            .map(row -> Arrays.stream(row).boxed().toList())
            .toList();
    return new EvaluateResult(
        model,
        data,
        precision,
        views,
        evaluation.images(),
        evaluation.mistakes(),
        Json.finite(evaluation.top1()),
        Json.finite(evaluation.top5()),
        Json.finite(evaluation.loss()),
        IntStream.range(0, evaluation.classes().size()).mapToObj(c -> row(evaluation, c)).toList(),
        confusion);
  }

  private static Row row(Evaluation evaluation, int label) {
    return new Row(
        evaluation.classes().get(label),
        Arrays.stream(evaluation.confusion()[label]).sum(),
        Json.finite(evaluation.precision(label)),
        Json.finite(evaluation.recall(label)));
  }

  void print(PrintWriter out) {
    out.printf(
        "top-1 %s (%s of %s images wrong), top-5 %s, loss %s; %s%s%n%n",
        Figures.percent(orNaN(top1)),
        Figures.count(mistakes),
        Figures.count(images),
        Figures.percent(orNaN(top5)),
        Figures.decimal(orNaN(loss)),
        precision,
        views.equals("one") ? "" : ", " + views);
    Table table = new Table("class", "images", "precision", "recall");
    for (Row row : classes) {
      table.row(row.label(), row.images(), orNaN(row.precision()), orNaN(row.recall()));
    }
    table.print(out);
    if (classes.size() <= MOST_COLUMNS) {
      out.printf("%nconfusion: true class down, predicted class across%n");
      matrix().print(out);
    }
  }

  private Table matrix() {
    Stream<String> numbers = IntStream.range(0, classes.size()).mapToObj(String::valueOf);
    Table table = new Table(Stream.concat(Stream.of("#", "class"), numbers).toArray(String[]::new));
    for (int c = 0; c < classes.size(); c++) {
      Stream<Object> name = Stream.of(String.valueOf(c), classes.get(c).label());
      table.row(Stream.concat(name, confusion.get(c).stream()).toArray());
    }
    return table;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
