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
  configurations:
    validating: {{ include "sealgate.validating" . }}
    mutating: {{ include "sealgate.mutating" . }}
  lease: {{ include "sealgate.fullname" . }}
  {{- toYaml .Values.tls.selfManaged | nindent 2 }}
{{- else -}}
files:
  cert: /etc/sealgate-tls/tls.crt
  key: /etc/sealgate-tls/tls.key
{{- end -}}
{{- end -}}

{{/* The Secret of what callers show, and the callers key of the configuration file. Both empty: nothing is asked for. */}}
{{- define "sealgate.callersSecret" -}}
{{- with .Values.callers -}}
{{- if and .clientCertificateSecret .bearerTokenSecret -}}
{{- fail "callers.clientCertificateSecret and callers.bearerTokenSecret exclude each other" -}}
{{- end -}}
{{- .clientCertificateSecret | default .bearerTokenSecret -}}
{{- end -}}
{{- end -}}
{{- define "sealgate.callers" -}}
{{- with .Values.callers -}}
{{- if .clientCertificateSecret -}}
{{- if not .commonNames -}}{{- fail "callers.commonNames is needed with callers.clientCertificateSecret" -}}{{- end -}}
clientCertificate:
  caFile: /etc/sealgate-callers/ca.crt
  commonNames:
    {{- toYaml .commonNames | nindent 4 }}
{{- else if .bearerTokenSecret -}}
bearerToken:
  file: /etc/sealgate-callers/token
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Environment variables, volumes and mounts of one's own: none that is the chart's, and none twice. */}}
{{- define "sealgate.env" -}}
{{- $names := list -}}
{{- $refused := dict "NODE_OPTIONS" "set maxHeapMiB" "NODE_TLS_REJECT_UNAUTHORIZED" "set skipVerify for one host in config.registries" -}}
{{- range list "MALLOC_ARENA_MAX" "MALLOC_MMAP_THRESHOLD_" "MALLOC_TRIM_THRESHOLD_" -}}
{{- $_ := set $refused . "it is the chart's" -}}
{{- end -}}
{{- range .Values.env -}}
{{- if hasKey $refused .name -}}{{- fail (printf "env: %s is not to be set: %s" .name (get $refused .name)) -}}{{- end -}}
{{- if has .name $names -}}{{- fail (printf "env: %s is there twice" .name) -}}{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- with .Values.env -}}{{- toYaml . -}}{{- end -}}
{{- end -}}
{{- define "sealgate.volumes" -}}
{{- $names := list -}}
{{- range .Values.volumes -}}
{{- if has .name (list "config" "tls" "callers") -}}{{- fail (printf "volumes: %s is the chart's name" .name) -}}{{- end -}}
{{- if has .name $names -}}{{- fail (printf "volumes: %s is there twice" .name) -}}{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- with .Values.volumes -}}{{- toYaml . -}}{{- end -}}
{{- end -}}
{{- define "sealgate.volumeMounts" -}}
{{- $volumes := list -}}
{{- range .Values.volumes -}}{{- $volumes = append $volumes .name -}}{{- end -}}
{{- range .Values.volumeMounts }}
{{- $mount := printf "%s/" (clean .mountPath) -}}
{{- range list "/etc/sealgate/" "/etc/sealgate-tls/" "/etc/sealgate-callers/" "/app/" "/nodejs/" "/var/run/secrets/kubernetes.io/" -}}
{{- if or (hasPrefix . $mount) (hasPrefix $mount .) (eq $mount "//") -}}{{- fail (printf "volumeMounts: %s is where files of the chart or the image are" $mount) -}}{{- end -}}
{{- end -}}
{{- if not (has .name $volumes) -}}{{- fail (printf "volumeMounts: %s is none of volumes" .name) -}}{{- end }}
- name: {{ .name }}
  mountPath: {{ .mountPath | quote }}
  {{- with .subPath }}
  subPath: {{ . | quote }}
  {{- end }}
  readOnly: true
{{- end -}}
{{- end -}}

{{/* Names of the webhook configurations, as lists of YAML. */}}
{{- define "sealgate.validating" -}}
{{- $name := include "sealgate.fullname" . -}}
{{- toJson (.Values.webhook.podControllers | ternary (list $name (printf "%s-templates" $name)) (list $name)) -}}
{{- end -}}
{{- define "sealgate.mutating" -}}
{{- toJson (.Values.webhook.mutating.enabled | ternary (list (include "sealgate.fullname" .)) list) -}}
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

{{/* The same for the pods that templates would make, which are where CronJobs have them, or where the others do. */}}
{{- define "sealgate.templateImagesChanged" -}}
{{- $images := `map(s, [s.containers.map(c, has(c.image) ? c.image : ''),
has(s.initContainers) ? s.initContainers.map(c, has(c.image) ? c.image : '') : [],
has(s.volumes) ? s.volumes.map(v, has(v.image) && has(v.image.reference) ? v.image.reference : '') : []])` -}}
request.operation == 'CREATE' ||
[[object, oldObject].map(o, has(o.spec.jobTemplate) ? [o.spec.jobTemplate.spec.template.spec] :
has(o.spec.template) ? [o.spec.template.spec] : [])].exists(specs,
specs[0].{{ $images }} !=
specs[1].{{ $images }})
{{- end -}}

{{/* A webhook but for its rules: root, name, path, failurePolicy. */}}
{{- define "sealgate.webhook" -}}
- name: {{ .name }}
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
{{- end -}}

{{- define "sealgate.webhookMetadata" -}}
labels:
  {{- include "sealgate.labels" . | nindent 2 }}
{{- if eq .Values.tls.mode "certManager" }}
annotations:
  cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "sealgate.fullname" . }}
{{- end }}
{{- end -}}

{{/* Where a pod of ours runs, and as whom. */}}
{{- define "sealgate.podPlace" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "sealgate.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "sealgate.uninstallMetadata" -}}
labels:
  {{- include "sealgate.labels" .root | nindent 2 }}
annotations:
  helm.sh/hook: pre-delete
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
{{- end -}}
