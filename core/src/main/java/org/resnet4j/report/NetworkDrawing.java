package org.resnet4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Unit;
import org.resnet4j.report.PathDrawing.Box;

/**
 * A network drawn block by block: a row for the stem, for each stage and for the head.
 *
 * <p>Every unit is a drawing of its own, so that a row wraps where the screen ends. In a long
 * network a unit like the one before it is drawn small.
 */
final class NetworkDrawing {
  private static final int MOST_LARGE_UNITS = 16;
  private static final double LEAST_HEIGHT = 32;
  private static final double MOST_HEIGHT = 68;

  private final Network network;
  private final List<Unit> units;
  private final int mostChannels;

  NetworkDrawing(Network network) {
    this.network = network;
    units = network.units();
    mostChannels =
        units.stream()
            .flatMap(unit -> unit.branch().stream())
            .mapToInt(layer -> layer.out().channels())
            .max()
            .orElse(1);
  }

  List<Element> elements() {
    Element drawing = Element.of("div").with("class", "network");
    drawing.add(shape("input", network.input()), stem());
    int first = 0;
    for (int s = 0; s < network.stages().size(); s++) {
      Stage stage = network.stages().get(s);
      int end = first + stage.blocks().size();
      drawing.add(shape("", units.get(first).in()), stage(units.subList(first, end)));
      first = end;
    }
    drawing.add(shape("", units.get(units.size() - 1).out()), head());
    drawing.add(Element.of("p", "↓ %d logits".formatted(network.classes())).with("class", "shape"));
    return List.of(drawing, note(), table());
  }

  /** The layers before the first block. */
  PathDrawing stemDrawing() {
    List<Box> boxes = boxes(network.stemLayers());
    return new PathDrawing("stem: " + text(boxes), boxes, new Shortcut.None());
  }

  private Element stem() {
    List<Layer> layers = network.stemLayers();
    return row(
        "stem",
        "",
        layers.stream().mapToLong(Layer::parameters).sum(),
        layers.stream().mapToLong(Layer::multiplyAdds).sum(),
        List.of(stemDrawing().svg()));
  }

  private Element stage(List<Unit> units) {
    List<Element> drawings = new ArrayList<>();
    Element small = Element.of("div").with("class", "alike");
    for (int i = 0; i < units.size(); i++) {
      boolean alike = i > 0 && alike(units.get(i - 1), units.get(i));
      if (alike && this.units.size() > MOST_LARGE_UNITS) {
        small.add(drawing(units.get(i)).compact());
      } else {
        drawings.add(figure(units.get(i)));
      }
    }
    drawings.add(small);
    return row(
        name(units),
        kind(units),
        units.stream().mapToLong(Unit::parameters).sum(),
        units.stream().mapToLong(Unit::multiplyAdds).sum(),
        drawings);
  }

  /** What a stage is called, by the names of its blocks. */
  static String name(List<Unit> stage) {
    return stage.get(0).name().replaceFirst("(\\.blocks)?\\.\\d+$", "");
  }

  /** How many blocks of which kind a stage has. */
  static String kind(List<Unit> stage) {
    String kind = stage.get(stage.size() - 1).block().kind();
    return "%d %s %s".formatted(stage.size(), kind, stage.size() == 1 ? "block" : "blocks");
  }

  private boolean alike(Unit before, Unit unit) {
    return boxes(before.branch()).equals(boxes(unit.branch()))
        && before.block().shortcut().equals(unit.block().shortcut())
        && before.in().equals(unit.in());
  }

  /** The layers after the last block. */
  PathDrawing headDrawing() {
    List<Box> boxes =
        List.of(
            new Box("pool", "average", "pool", LEAST_HEIGHT),
            new Box("linear", "linear", "%d".formatted(network.classes()), LEAST_HEIGHT));
    return new PathDrawing("head: " + text(boxes), boxes, new Shortcut.None());
  }

  private Element head() {
    long weights = (long) network.features() * network.classes();
    long tail = network.tailLayers().stream().mapToLong(Layer::parameters).sum();
    return row(
        "head", "", tail + weights + network.classes(), weights, List.of(headDrawing().svg()));
  }

  private static Element row(
      String name, String detail, long parameters, long multiplyAdds, List<Element> drawings) {
    return row(
        name,
        List.of(
            detail,
            Numbers.compact(parameters) + " parameters",
            Numbers.compact(multiplyAdds) + " multiply-adds"),
        drawings);
  }

  /** Drawings beside their common name, under which stand details; empty ones are left out. */
  static Element row(String name, List<String> details, List<Element> drawings) {
    Element label = Element.of("div").with("class", "label").add(Element.of("b", name));
    details.stream()
        .filter(detail -> !detail.isEmpty())
        .forEach(detail -> label.add(Element.of("span", detail)));
    Element units = Element.of("div").with("class", "units").add(drawings);
    return Element.of("div").with("class", "row").add(label, units);
  }

  private static Element shape(String before, Shape shape) {
    return Element.of("p", before.isEmpty() ? "↓ " + shape : before + " " + shape)
        .with("class", "shape");
  }

  private Element figure(Unit unit) {
    String counts =
        " %s · %s"
            .formatted(Numbers.compact(unit.parameters()), Numbers.compact(unit.multiplyAdds()));
    Element caption = Element.of("figcaption").add(Element.of("b", unit.name())).text(counts);
    return Element.of("figure").with("class", "block").add(drawing(unit).svg(), caption);
  }

  /** The branch and the shortcut of a unit. */
  PathDrawing drawing(Unit unit) {
    List<Box> boxes = boxes(unit.branch());
    return new PathDrawing(title(unit, boxes), boxes, unit.block().shortcut());
  }

  private static String title(Unit unit, List<Box> boxes) {
    return "%s: branch %s; shortcut %s; %s to %s; %s parameters, %s multiply-adds"
        .formatted(
            unit.name(),
            text(boxes),
            unit.block().shortcut().label(),
            unit.in(),
            unit.out(),
            Numbers.grouped(unit.parameters()),
            Numbers.grouped(unit.multiplyAdds()));
  }

  private List<Box> boxes(List<Layer> layers) {
    return layers.stream().flatMap(layer -> box(layer).stream()).toList();
  }

  /** A box for what mixes pixels or channels; norms, ReLUs and dropout have none. */
  private Optional<Box> box(Layer layer) {
    Operation operation = layer.operation();
    if (operation instanceof Convolution convolution) {
      return Optional.of(box(convolution));
    }
    if (operation instanceof Operation.MaxPool pool) {
      String size = PathDrawing.sized(pool.kernel(), pool.stride());
      return Optional.of(new Box("pool", size, "max pool", LEAST_HEIGHT));
    }
    if (operation instanceof Operation.Blur blur) {
      String size = PathDrawing.sized(3, blur.stride());
      return Optional.of(new Box("pool", size, "blur", LEAST_HEIGHT));
    }
    if (operation instanceof Operation.SqueezeExcitation se) {
      return Optional.of(new Box("linear", "SE", Integer.toString(se.squeezed()), LEAST_HEIGHT));
    }
    if (operation instanceof Operation.Scale scale) {
      return Optional.of(new Box("linear", "times", Double.toString(scale.factor()), LEAST_HEIGHT));
    }
    return Optional.empty();
  }

  /** The more channels, the higher, on a scale of doublings. */
  private Box box(Convolution convolution) {
    double doublingsBelow = Math.log((double) mostChannels / convolution.out()) / Math.log(2);
    double height = Math.max(LEAST_HEIGHT, MOST_HEIGHT - 9 * doublingsBelow);
    return new Box(
        convolution.kernel() == 1 ? "convolution pointwise" : "convolution",
        PathDrawing.sized(convolution.kernel(), convolution.stride()),
        convolution.groups() == 1
            ? Integer.toString(convolution.out())
            : "%d g%d".formatted(convolution.out(), convolution.groups()),
        height);
  }

  private static String text(List<Box> boxes) {
    return boxes.stream()
        .map(box -> box.name() + " " + box.detail())
        .collect(Collectors.joining(", "));
  }

  private Element note() {
    return Element.of("p")
        .with("class", "note")
        .text(
            "Each box is a convolution with its kernel, its stride where that is not 1, and its output"
                + " channels, which also set its height"
                + (grouped() ? " (g32: in 32 groups)" : "")
                + order()
                + " Under a block stand its parameters and the multiply-adds for one"
                + " image; a small drawing repeats the block before it.");
  }

  private boolean grouped() {
    return units.stream()
        .flatMap(unit -> unit.block().branch().stream())
        .anyMatch(convolution -> convolution.groups() > 1);
  }

  private String order() {
    if (network.norm() instanceof Norm.None) {
      return "; each has a bias in place of a norm, and ReLU stands "
          + (network.order() == Order.ORIGINAL
              ? "behind each but the last of a branch and behind the sum."
              : "in the order " + network.order().id() + ".");
    }
    return switch (network.order()) {
      case ORIGINAL -> "; norm follows each, ReLU each but the last of a branch, and ReLU the sum.";
      case PRE_ACTIVATION ->
          "; norm and ReLU stand before each of a branch, and before a shortcut that changes"
              + " the shape; the sum stays as it is.";
      default -> "; norm and ReLU stand in the order " + network.order().id() + ".";
    };
  }

  private Element table() {
    Table table =
        new Table(List.of("block", "kind", "shortcut", "in", "out", "parameters", "multiply-adds"));
    for (Unit unit : units) {
      table.row(
          unit.name(),
          List.of(
              unit.block().kind(),
              unit.block().shortcut().label(),
              unit.in().toString(),
              unit.out().toString(),
              Numbers.grouped(unit.parameters()),
              Numbers.grouped(unit.multiplyAdds())));
    }
    return table.folded("Every block in numbers");
  }
}
