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
  private static final String MORE =
      """

      Other numbers make more: resnetD and resnetv2_D with D = 6n + 2, wrn-D-K with D = 6n + 4 (CIFAR),
      resnet34_gn, seresnext101_32x8d. So do suffixes:
        resnetD   -a, -a-after, -b, -c, -plain; -v1 before them for 50, 101 and 152
        on CIFAR  also -d, -scaled, -gated, -exclusive-gated, -dropout-shortcut, -norm-after-addition,
                  -relu-before-addition, -relu-only-pre-activation; -dropout for wrn
      Look at one with: resnet4j summary NAME""";

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
    List<Catalogue.Entry> entries = Catalogue.entries();
    if (json.wanted()) {
      Json.print(out, entries.stream().map(Row::of).toList());
    } else {
      table(entries).print(out);
      out.println(MORE);
    }
    return ExitCodes.OK;
  }

  private static Table table(List<Catalogue.Entry> entries) {
    Table table =
        new Table("name", "input", "classes", "parameters", "multiply-adds", "torchvision", "timm");
    String family = "";
    for (Catalogue.Entry entry : entries) {
      if (!entry.family().equals(family)) {
        family = entry.family();
        table.heading(family);
      }
      Row row = Row.of(entry);
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
