{{- define "sealgate.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" -}}
{{- else if contains "sealgate" .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-sealgate" .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sealgate.selector" -}}
app.kubernetes.io/name: sealgate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sealgate.labels" -}}
{{ include "sealgate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "sealgate.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The tls key of the configuration file. */}}
{{- define "sealgate.tls" -}}
{{- if eq .Values.tls.mode "selfManaged" -}}
selfManaged:
  namespace: {{ .Release.Namespace }}
  secret: {{ include "sealgate.fullname" . }}-ca
  service: {{ include "sealgate.fullname" . }}
  configurations: {{ include "sealgate.fullname" . }}
  lease: {{ include "sealgate.fullname" . }}
  {{- toYaml .Values.tls.selfManaged | nindent 2 }}
{{- else -}}
files:
  cert: /etc/sealgate-tls/tls.crt
  key: /etc/sealgate-tls/tls.key
{{- end -}}
{{- end -}}

{{- define "sealgate.tlsSecret" -}}
{{- if eq .Values.tls.mode "certManager" -}}
{{ include "sealgate.fullname" . }}-tls
{{- else -}}
{{ required "tls.files.secret is needed with tls.mode=files" .Values.tls.files.secret }}
{{- end -}}
{{- end -}}

{{/* The namespaces that are never asked about. */}}
{{- define "sealgate.namespaceSelector" -}}
matchExpressions:
- key: kubernetes.io/metadata.name
  operator: NotIn
  values:
  {{- range concat (list "kube-system" "kube-node-lease" .Release.Namespace) .Values.excludeNamespaces | uniq }}
  - {{ . | quote }}
  {{- end }}
{{- end -}}

{{/* CREATE, ephemeral containers, or an image that differs from the old object's. */}}
{{- define "sealgate.imagesChanged" -}}
request.operation == 'CREATE' ||
(has(request.subResource) && request.subResource == 'ephemeralcontainers') ||
object.spec.containers.map(c, has(c.image) ? c.image : '') !=
oldObject.spec.containers.map(c, has(c.image) ? c.image : '') ||
(has(object.spec.initContainers) ? object.spec.initContainers.map(c, has(c.image) ? c.image : '') : []) !=
(has(oldObject.spec.initContainers) ? oldObject.spec.initContainers.map(c, has(c.image) ? c.image : '') : [])
{{- end -}}

{{- define "sealgate.webhook" -}}
- name: images.sealgate.dev
  admissionReviewVersions: [v1]
  sideEffects: None
  matchPolicy: Equivalent
  timeoutSeconds: {{ .root.Values.webhook.timeoutSeconds }}
  failurePolicy: {{ .failurePolicy }}
  {{- if eq .path "/mutate" }}
  reinvocationPolicy: IfNeeded
  {{- end }}
  clientConfig:
    service:
      namespace: {{ .root.Release.Namespace }}
      name: {{ include "sealgate.fullname" .root }}
      path: {{ .path }}
      port: {{ .root.Values.webhook.port }}
    {{- if eq .root.Values.tls.mode "files" }}
    caBundle: {{ required "tls.files.caBundle is needed with tls.mode=files" .root.Values.tls.files.caBundle | b64enc }}
    {{- end }}
  namespaceSelector:
    {{- include "sealgate.namespaceSelector" .root | nindent 4 }}
  rules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]
    scope: Namespaced
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [UPDATE]
    resources: [pods/ephemeralcontainers]
    scope: Namespaced
  matchConditions:
  - name: images-changed
    expression: >-
      {{- include "sealgate.imagesChanged" .root | nindent 6 }}
  # Only when the kubelet itself made it: a pod that runs from the node's disk is not stopped by a refusal.
  - name: not-a-node-mirror-pod
    expression: >-
      !(has(request.userInfo.groups) && 'system:nodes' in request.userInfo.groups &&
      has(object.metadata.annotations) && 'kubernetes.io/config.mirror' in object.metadata.annotations)
{{- end -}}
