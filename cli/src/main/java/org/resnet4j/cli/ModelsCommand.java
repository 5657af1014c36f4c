package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Catalogue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code resnet4j models}. */
@Command(
    name = "models",
    description = "List the networks that have a name.",
    footer = {"", "Examples:", "  resnet4j models", "  resnet4j models --json"})
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class ModelsCommand implements Callable<Integer> {
  @Mixin private Json json;

  @Spec private CommandSpec spec;

  /** One row, and one object of the document. */
  record Row(
      String name,
      String input,
      int classes,
      long parameters,
      long multiplyAdds,
      @Nullable String torchvision,
      @Nullable String timm) {
    static Row of(Catalogue.Entry entry) {
      return new Row(
          entry.network().name(),
          entry.network().input().toString(),
          entry.network().classes(),
          entry.network().parameters(),
          entry.network().multiplyAdds(),
          entry.torchvision().orElse(null),
          entry.timm().orElse(null));
    }
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Row> rows = Catalogue.entries().stream().map(Row::of).toList();
    if (json.wanted()) {
      Json.print(out, rows);
    } else {
      table(rows).print(out);
      out.println(
          "Suffixes -a, -a-after, -b, -c, -plain and -v1 make more; see: resnet4j summary NAME");
    }
    return ExitCodes.OK;
  }

  private static Table table(List<Row> rows) {
    Table table =
        new Table("name", "input", "classes", "parameters", "multiply-adds", "torchvision", "timm");
    for (Row row : rows) {
      table.row(
          row.name(),
          row.input(),
          row.classes(),
          row.parameters(),
          row.multiplyAdds(),
          row.torchvision() == null ? "-" : row.torchvision(),
          row.timm() == null ? "-" : row.timm());
    }
    return table;
  }
}
