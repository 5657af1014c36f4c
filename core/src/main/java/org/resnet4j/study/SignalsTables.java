package org.resnet4j.study;

import java.util.List;
import java.util.Map;
import org.resnet4j.study.Signals.Placed;
import org.resnet4j.study.SignalsLook.LayerSignal;
import org.resnet4j.study.SignalsLook.UnitSignal;

/** Every value of every look, as CSV. */
final class SignalsTables {
  private SignalsTables() {}

  static Map<String, Csv> of(List<Placed> trials) {
    Csv layers =
        new Csv(
            "network",
            "seed",
            "moment",
            "step",
            "index",
            "layer",
            "kind",
            "variance",
            "std",
            "weightGradient",
            "response");
    Csv units =
        new Csv(
            "network",
            "seed",
            "moment",
            "step",
            "index",
            "unit",
            "variance",
            "std",
            "gradient",
            "shortcutGradient",
            "branchGradient",
            "shortcutShare",
            "branchShare");
    for (Placed placed : trials) {
      for (SignalsLook look : placed.trial().looks()) {
        layers(layers, placed, look);
        units(units, placed, look);
      }
    }
    return Map.of("layers.csv", layers, "units.csv", units);
  }

  private static void layers(Csv table, Placed placed, SignalsLook look) {
    int index = 0;
    for (LayerSignal layer : look.layers()) {
      index++;
      table.row(
          placed.variant().title(),
          placed.seed(),
          moment(placed, look),
          look.step(),
          index,
          layer.name(),
          layer.kind(),
          layer.variance(),
          Math.sqrt(layer.variance()),
          layer.weightGradient(),
          layer.response());
    }
  }

  private static void units(Csv table, Placed placed, SignalsLook look) {
    int index = 0;
    for (UnitSignal unit : look.units()) {
      index++;
      table.row(
          placed.variant().title(),
          placed.seed(),
          moment(placed, look),
          look.step(),
          index,
          unit.name(),
          unit.variance(),
          Math.sqrt(unit.variance()),
          unit.gradient(),
          unit.shortcutGradient(),
          unit.branchGradient(),
          unit.shortcutShare(),
          1 - unit.shortcutShare());
    }
  }

  private static String moment(Placed placed, SignalsLook look) {
    return placed.variant().saved() ? "as it is" : look.moment().words();
  }
}
