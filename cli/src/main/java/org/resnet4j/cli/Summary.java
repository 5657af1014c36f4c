package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.List;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Unit;

/** A network row by row; as a record, also the document of {@code summary --json}. */
record Summary(
    String name,
    String input,
    int classes,
    int depth,
    long parameters,
    long multiplyAdds,
    Row stem,
    List<Row> blocks,
    Row fc) {

  /** What happens between two shapes. */
  record Row(
      String name,
      String kind,
      String shortcut,
      String in,
      String out,
      long parameters,
      long multiplyAdds) {}

  static Summary of(Network network) {
    return new Summary(
        network.name(),
        network.input().toString(),
        network.classes(),
        network.depth(),
        network.parameters(),
        network.multiplyAdds(),
        stem(network),
        network.units().stream().map(Summary::block).toList(),
        head(network));
  }

  private static Row stem(Network network) {
    List<Layer> layers = network.stemLayers();
    List<String> convolutions =
        network.stem().convolutions().stream()
            .map(c -> "%dx%d".formatted(c.kernel(), c.kernel()))
            .toList();
    String pool =
        switch (network.stem().pool()) {
          case NONE -> "";
          case MAX -> " + pool";
          case BLURRED_MAX -> " + blurred pool";
        };
    return new Row(
        layers.get(0).name().replaceFirst("\\..*", ""),
        String.join(" ", convolutions) + pool,
        "-",
        network.input().toString(),
        layers.get(layers.size() - 1).out().toString(),
        layers.stream().mapToLong(Layer::parameters).sum(),
        layers.stream().mapToLong(Layer::multiplyAdds).sum());
  }

  private static Row block(Unit unit) {
    return new Row(
        unit.name(),
        unit.block().kind(),
        unit.block().shortcut().label(),
        unit.in().toString(),
        unit.out().toString(),
        unit.parameters(),
        unit.multiplyAdds());
  }

  private static Row head(Network network) {
    long weights = (long) network.features() * network.classes();
    long tail = network.tailLayers().stream().mapToLong(Layer::parameters).sum();
    return new Row(
        network.headName(),
        tail > 0 ? "norm + pool + linear" : "pool + linear",
        "-",
        String.valueOf(network.features()),
        String.valueOf(network.classes()),
        tail + weights + network.classes(),
        weights);
  }

  void print(PrintWriter out) {
    out.printf("%s: input %s, %d classes, depth %d%n", name, input, classes, depth);
    Table table =
        new Table("block", "kind", "shortcut", "in", "out", "parameters", "multiply-adds");
    add(table, stem);
    blocks.forEach(block -> add(table, block));
    add(table, fc);
    table.row("total", "", "", "", "", parameters, multiplyAdds);
    table.print(out);
  }

  private static void add(Table table, Row row) {
    table.row(
        row.name(),
        row.kind(),
        row.shortcut(),
        row.in(),
        row.out(),
        row.parameters(),
        row.multiplyAdds());
  }
}
