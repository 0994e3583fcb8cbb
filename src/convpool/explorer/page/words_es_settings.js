// The page's sentences in Spanish: the settings.
Object.assign(WORDS_ES, {
  "preset.size": "“{name}” es un núcleo de 3 × 3: el tamaño del núcleo es ahora 3 × 3.",
  "preset.own":
    "“{name}” no existe en este tamaño: sus pesos son ahora los suyos, con 0 en los " +
    "lugares nuevos.",
  "preset.each":
    "Cada color de la foto se filtra por separado: {n} grupos, con un núcleo para cada uno. " +
    "Con 1 grupo, un núcleo suma todos los canales.",

  "weights.kernel": "núcleo {n}",
  "weights.channel": "canal {plane}",
  "weights.named": "Pesos ({parts}): {name}",
  "weights.only": "Pesos: {name}",
  "weights.unrotated": "{name}, antes del giro",
  "weights.field": "peso, fila {u}, columna {v}",
  "weights.together": "Cambiar los {n} canales por igual",
  "weights.hint": "Arrastre un peso hacia arriba o abajo, aquí o en la imagen.",
  "weights.times":
    "El modelo se multiplica por 1, 2, 3 … en los canales 0, 1, 2 …, para distinguir los canales.",

  "number.pixel": "Un píxel acepta un número de −{most} a {most}, como 7, −0,5 o 1/9.",
  "number.weight": "Un peso acepta un número de −{most} a {most}, como 7, −0,5 o 1/9.",
  "number.decimal": "{name}: números de {least} a {most}.",
  "number.setting": "{name}: números enteros de {least} a {most}.",

  "level.label": "Cantidad de ajustes",
  "level.basic": "Básico",
  "level.all": "Todos los ajustes",
  "level.close": "Cerrar",

  "choice.symmetric": "simétrico (symmetric)",
  "choice.reflect": "reflejo (reflect)",
  "choice.edge": "margen repetido (edge)",
  "choice.wrap": "periódico (wrap)",
  "choice.zeros": "ceros",
  "choice.constant": "constante",
  "choice.valid": "valid (ninguno)",
  "choice.full": "full (completo)",
  "choice.by hand": "a mano",
  "choice.sum": "suma",
  "choice.shift": "mover un píxel",
  "choice.identity": "identidad",
  "choice.convolve": "convolución",
  "choice.pool": "pooling",
  "choice.transpose": "convolución transpuesta",
  "choice.numbers": "números pequeños",
  "choice.digit": "dígito dibujado",
  "choice.stripes": "rayas",
  "choice.cat": "gato (foto)",
  "choice.astronaut": "astronauta (foto)",
  "choice.coffee": "café (foto)",
  "choice.photo": "su foto",
  "choice.own": "a su gusto",
  "choice.edges": "bordes verticales",
  "choice.sobel": "Sobel (derecha)",
  "choice.sobel_left": "Sobel (izquierda)",
  "choice.sobel_top": "Sobel (arriba)",
  "choice.sobel_bottom": "Sobel (abajo)",
  "choice.outline": "silueta",
  "choice.sharpen": "enfocar",
  "choice.blur": "desenfocar",
  "choice.average": "suma de la ventana",
  "choice.emboss": "relieve",
  "choice.laplacian": "laplaciano",
  "choice.avg": "media",
  "choice.max": "máximo",
  "choice.min": "mínimo",
  "choice.auto": "automático",
  "choice.picture": "de negro a blanco; fotos de 0 a 255",
  "choice.signed": "naranja mayor que 0, azul menor",

  "figure.label": "figura",
  "figure.choose": "de conv_arithmetic …",
  "figure.none": "sin relleno",
  "figure.arbitrary": "relleno cualquiera",
  "figure.half": "medio relleno",
  "figure.full": "relleno completo",
  "figure.some": "relleno",
  "figure.one": "paso de 1",
  "figure.strides": "paso de 2",
  "figure.odd": "paso de 2 (impar)",
  "figure.dilation": "dilatación",

  "group.operation": "Operación",
  "group.input": "Entrada",
  "group.kernel": "Núcleo, ventana",
  "group.padding": "Relleno",
  "group.steps": "Pasos",

  "field.op": "operación",
  "field.mode": "pooling",
  "field.more_pooling": "Pooling adaptativo, global, Lp, de mediana, unpooling …",
  "field.source": "imagen",
  "field.size": "alto, ancho",
  "field.c": "canales",
  "field.kernel": "modelo",
  "field.window": "ventana",
  "field.kernel_size": "tamaño",
  "field.channels_in": "canales de entrada",
  "field.nc": "núcleos",
  "field.channels_out": "canales de salida",
  "field.groups": "grupos",
  "field.flip": "voltear",
  "field.padding": "padding",
  "field.top_bottom": "arriba, abajo",
  "field.left_right": "izquierda, derecha",
  "field.padMode": "relleno con",
  "field.fill": "constante",
  "field.countPadding": "dividir por",
  "field.stride": "paso vertical, horizontal",
  "field.dilation": "dilatación vertical, horizontal",
  "field.ceil": "última ventana",
  "field.extra": "output padding",
  "field.soFar": "salida",
  "field.shades": "aspecto",
  "field.own_picture": "su imagen",
  "field.paint": "pintar",
  "field.bias": "sesgo",
  "field.relu": "ReLU",
  "padding.valid": "Ningún relleno: cada ventana está sobre píxeles reales.",
  "padding.same":
    "Salidas: tamaño / paso, redondeado hacia arriba. Una fila o columna impar de relleno va " +
    "abajo o a la derecha, como en Keras, y en PyTorch, que tiene “same” solo con paso 1.",
  "padding.same_lower":
    "Salidas: tamaño / paso, redondeado hacia arriba. Una fila o columna impar de relleno va " +
    "arriba o a la izquierda, como SAME_LOWER de ONNX.",
  "padding.same_size":
    "Tan grande como la entrada con cualquier paso. Una fila o columna impar de relleno va " +
    "arriba o a la izquierda.",
  "padding.full": "Cada posición donde la ventana toca al menos un píxel.",
  "padding.by hand": "Su propio número en cada lado.",
  "cropped.valid": "No se recorta nada: la salida contiene todo lo que se escribe.",
  "cropped.same":
    "tamaño × paso salidas; el resto se recorta, y de un número impar, una más abajo y a la " +
    "derecha.",
  "cropped.same_lower":
    "tamaño × paso salidas; el resto se recorta, y de un número impar, una más arriba y a la " +
    "izquierda.",
  "cropped.same_size": "Tantas salidas como entradas; el resto se recorta.",
  "cropped.full":
    "En cada lado se recortan tantas filas o columnas como tiene el núcleo, menos una: lo que " +
    "añade una convolución “full”.",
  "cropped.by hand": "Tantas filas y columnas se recortan en cada lado.",
  "padding.darker":
    "Con ceros, el margen de una foto desenfocada se oscurece, y un núcleo que encuentra " +
    "bordes encuentra uno allí.",
  "padding.pool":
    "En el pooling, el relleno no tiene valor: el máximo nunca lo toma, y la media lo deja " +
    "fuera de su suma. El divisor lo cuenta solo con “dividir por: píxeles y relleno” (Todos " +
    "los ajustes).",

  "aria.op": "operación",
  "aria.mode": "pooling",
  "aria.source": "imagen",
  "aria.h": "alto",
  "aria.w": "ancho",
  "aria.c": "canales",
  "aria.kernel": "modelo de núcleo",
  "aria.kh": "alto de la ventana",
  "aria.kw": "ancho de la ventana",
  "aria.nc": "núcleos",
  "aria.sh": "paso hacia abajo",
  "aria.sw": "paso a la derecha",
  "aria.dh": "dilatación hacia abajo",
  "aria.dw": "dilatación a la derecha",
  "aria.padMode": "relleno con",
  "aria.fill": "constante",
  "aria.top": "relleno arriba",
  "aria.bottom": "relleno abajo",
  "aria.left": "relleno a la izquierda",
  "aria.right": "relleno a la derecha",
  "aria.extra": "output padding",
  "aria.shades": "aspecto de los números",
  "aria.groups": "grupos",
  "aria.padding": "relleno",
  "aria.bias": "sesgo",

  "switch.flip":
    "girar 180 grados, como en procesamiento de señales (sin ello: correlación cruzada)",
  "switch.ceil": "guardar la que sale (ceil)",
  "switch.countPadding": "píxeles y relleno",
  "switch.soFar": "solo lo hecho hasta ahora",
  "switch.relu": "los negativos pasan a 0",

  "groups.dense": "1 (sin grupos)",
  "groups.depthwise": "{count} (depthwise)",
  "groups.none": "Los grupos piden un número mayor que 1 que divida {c} y {nc}: no hay ninguno.",
  "groups.caption": ["{n} grupo", "{n} grupos"],
  "groups.fours": "Otros ejemplos, con 4 canales y 4 núcleos:",
  "groups.how":
    "Arriba: los canales de la entrada. Abajo: los núcleos; cada uno da un canal de la salida. " +
    "Una línea: el núcleo ve este canal.",
  "groups.picture": "{c} canales y {nc} núcleos, grupos: {groups}",
  "groups.weights":
    "Pesos (altura · anchura · canales por núcleo · núcleos): en grupos {some}; sin grupos {all}.",
});
